using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Realtime.Benchmarks.Load;

/// <summary>Waits for sockets to become readable, or for a moment to come, whichever is first.</summary>
internal sealed unsafe class Poller : IDisposable
{
    public const int Timer = -1;
    private const int Most = 256;

    private readonly Native.EpollEvent* _events = (Native.EpollEvent*)NativeMemory.AllocZeroed(Most, (nuint)sizeof(Native.EpollEvent));
    private readonly int _epoll = Check(Native.EpollCreate(0));
    private readonly int _timer = Check(Native.TimerCreate(Native.Monotonic, 0x800));

    public Poller()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            throw new PlatformNotSupportedException("The load is written for Linux on x64.");
        }
        Add(_timer, Timer);
    }

    public void Add(int descriptor, int tag)
    {
        var change = new Native.EpollEvent { Events = Native.EpollIn, Tag = tag };
        Check(Native.EpollControl(_epoll, Native.Add, descriptor, &change));
    }

    public void Remove(int descriptor)
    {
        var change = default(Native.EpollEvent);
        Check(Native.EpollControl(_epoll, Native.Delete, descriptor, &change));
    }

    /// <summary>Sets the moment, on the clock of <see cref="Stamp.Now"/>, at which a wait returns <see cref="Timer"/>.</summary>
    public void WakeAt(long nanoseconds)
    {
        var next = new Native.TimerSpecification { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
        Check(Native.TimerSet(_timer, Native.AbsoluteTime, &next, null));
    }

    /// <summary>Waits, and fills in the tags of what is ready.</summary>
    public int Wait(Span<int> tags)
    {
        var count = Native.EpollWait(_epoll, _events, Math.Min(Most, tags.Length), -1);
        if (count < 0 && Marshal.GetLastPInvokeError() == Native.Interrupted)
        {
            return 0;
        }
        Check(count);
        for (var index = 0; index < count; index++)
        {
            tags[index] = _events[index].Tag;
            if (tags[index] == Timer)
            {
                long expirations;
                _ = Native.Read(_timer, (byte*)&expirations, sizeof(long));
            }
        }
        return count;
    }

    public void Dispose()
    {
        _ = Native.Close(_timer);
        _ = Native.Close(_epoll);
        NativeMemory.Free(_events);
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());
}

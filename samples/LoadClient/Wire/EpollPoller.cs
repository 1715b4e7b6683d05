using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Realtime.LoadClient.Wire;

/// <summary>Linux: epoll for the sockets, and a timer with nanoseconds beside them, because epoll's own limit knows milliseconds only.</summary>
internal sealed unsafe class EpollPoller : Poller
{
    private const int Timer = -1;
    private const int Most = 256;

    // The kernel packs its structure on x64 and on no other processor: 12 bytes with the tag at 4, else 16 with the tag at 8.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int TagAt = Stride - 8;

    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed(Most, (nuint)Stride);
    private readonly int _epoll = Check(Native.EpollCreate(0));
    private readonly int _timer = Check(Native.TimerCreate(Native.Monotonic, Native.NonBlocking));
    private long _set;

    public EpollPoller() => Add(_timer, Timer);

    public override void Add(Socket socket, int tag) => Add((int)socket.Handle, tag);

    public override void Remove(Socket socket)
    {
        var change = stackalloc byte[16];
        Check(Native.EpollControl(_epoll, Native.Delete, (int)socket.Handle, change));
    }

    public override int Wait(Span<int> tags, long until)
    {
        if (until != _set)
        {
            _set = until;
            var next = new Native.TimerSpecification { Seconds = until / 1_000_000_000, Nanoseconds = Math.Max(1, until % 1_000_000_000) };
            Check(Native.TimerSet(_timer, Native.AbsoluteTime, &next, null));
        }
        var count = Native.EpollWait(_epoll, _events, Math.Min(Most, tags.Length), -1);
        if (count < 0)
        {
            return Marshal.GetLastPInvokeError() == Native.Interrupted ? 0 : Check(count);
        }
        var filled = 0;
        for (var index = 0; index < count; index++)
        {
            var tag = Unsafe.ReadUnaligned<int>(_events + (index * Stride) + TagAt);
            if (tag != Timer)
            {
                tags[filled++] = tag;
                continue;
            }
            long expirations;
            _ = Native.Read(_timer, (byte*)&expirations, sizeof(long));
            _set = 0;
        }
        return filled;
    }

    public override void Dispose()
    {
        _ = Native.Close(_timer);
        _ = Native.Close(_epoll);
        NativeMemory.Free(_events);
    }

    private void Add(int descriptor, int tag)
    {
        var change = stackalloc byte[16];
        Unsafe.WriteUnaligned(change, Native.EpollIn);
        Unsafe.WriteUnaligned(change + TagAt, (long)(uint)tag);
        Check(Native.EpollControl(_epoll, Native.Add, descriptor, change));
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());
}

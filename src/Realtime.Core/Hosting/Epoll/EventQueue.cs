using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Realtime.Hosting.Epoll;

/// <summary>One epoll instance of the Linux kernel (epoll(7)): tells which sockets became readable or writable.</summary>
internal sealed partial class EventQueue : IDisposable
{
    public const uint Readable = 0x1;
    public const uint Writable = 0x4;
    public const uint Failed = 0x8;
    public const uint HungUp = 0x10;
    public const uint PeerClosed = 0x2000;
    private const uint EdgeTriggered = 1u << 31;

    private const int Add = 1;
    private const int CloseOnExec = 0x80000;
    private const int Interrupted = 4;

    // struct epoll_event is packed on x86 only, so its size and the place of its data depend on the processor.
    private static readonly bool Packed = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;
    private static readonly int Stride = Packed ? 12 : 16;
    private static readonly int DataAt = Packed ? 4 : 8;

    private readonly int _descriptor;
    private readonly int _wake;
    private readonly byte[] _events;
    private readonly int _length;

    /// <param name="length">The most events that one wait returns.</param>
    public EventQueue(int length)
    {
        _length = length;
        // Pinned, because the kernel writes into it while the collector may run.
        _events = GC.AllocateArray<byte>(length * Stride, pinned: true);
        _descriptor = Checked(epoll_create1(CloseOnExec));
        _wake = Checked(eventfd(0, CloseOnExec));
        Watch(_wake, ulong.MaxValue);
    }

    /// <summary>Tells of a descriptor's changes from now on, until it is closed: each change once (edge-triggered).</summary>
    /// <param name="descriptor">The descriptor, not blocking.</param>
    /// <param name="key">What names it in the events.</param>
    public unsafe void Watch(nint descriptor, ulong key)
    {
        Span<byte> change = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(change, Readable | Writable | PeerClosed | EdgeTriggered);
        BinaryPrimitives.WriteUInt64LittleEndian(change[DataAt..], key);
        fixed (byte* at = change)
        {
            Checked(epoll_ctl(_descriptor, Add, (int)descriptor, at));
        }
    }

    /// <summary>Waits for events.</summary>
    /// <returns>How many there are, for <see cref="Read"/>.</returns>
    public unsafe int Wait()
    {
        while (true)
        {
            var count = epoll_wait(_descriptor, (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_events, 0), _length, -1);
            if (count >= 0 || Marshal.GetLastPInvokeError() != Interrupted)
            {
                return Checked(count);
            }
        }
    }

    /// <summary>The event at a place among those of the last wait.</summary>
    public (ulong Key, uint Events) Read(int index)
    {
        var at = _events.AsSpan(index * Stride, Stride);
        return (BinaryPrimitives.ReadUInt64LittleEndian(at[DataAt..]), BinaryPrimitives.ReadUInt32LittleEndian(at));
    }

    /// <summary>Ends a wait, now or the next.</summary>
    public unsafe void Wake()
    {
        var one = 1UL;
        _ = write(_wake, &one, sizeof(ulong));
    }

    public void Dispose()
    {
        _ = close(_descriptor);
        _ = close(_wake);
    }

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_ctl(int epoll, int operation, int descriptor, byte* change);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_wait(int epoll, byte* events, int length, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")]
    private static unsafe partial nint write(int descriptor, void* buffer, nint length);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}

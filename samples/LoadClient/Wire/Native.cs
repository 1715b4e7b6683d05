using System.Runtime.InteropServices;

namespace Realtime.LoadClient.Wire;

/// <summary>The few system calls of Linux with which one thread waits for thousands of sockets and for the next nanosecond that matters.</summary>
internal static unsafe partial class Native
{
    public const uint EpollIn = 1;
    public const int Add = 1;
    public const int Delete = 2;
    public const int Monotonic = 1;
    public const int AbsoluteTime = 1;
    public const int NonBlocking = 0x800;
    public const int Interrupted = 4;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, void* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, void* events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    public static partial int TimerCreate(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    public static partial int TimerSet(int descriptor, int flags, TimerSpecification* next, TimerSpecification* previous);

    [StructLayout(LayoutKind.Sequential)]
    public struct TimerSpecification
    {
        public long IntervalSeconds;
        public long IntervalNanoseconds;
        public long Seconds;
        public long Nanoseconds;
    }
}

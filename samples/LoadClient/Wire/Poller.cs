using System.Net.Sockets;

namespace Realtime.LoadClient.Wire;

/// <summary>Waits on one thread for sockets to become readable, or for a moment to come, whichever is first.</summary>
internal abstract class Poller : IDisposable
{
    /// <summary>The fastest there is for this machine.</summary>
    public static Poller Create() => OperatingSystem.IsLinux() ? new EpollPoller() : new SelectPoller();

    /// <summary>Starts to watch a socket.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="tag">What <see cref="Wait"/> says when it is readable; 0 or more.</param>
    public abstract void Add(Socket socket, int tag);

    public abstract void Remove(Socket socket);

    /// <summary>Waits until something is readable, or until a moment on the clock of <see cref="Measuring.Clock"/>.</summary>
    /// <returns>How many tags were filled in; 0 when the moment came.</returns>
    public abstract int Wait(Span<int> tags, long until);

    public abstract void Dispose();
}

namespace Realtime.Hosting.Epoll;

/// <summary>What a loop tells of a socket's events.</summary>
internal interface IWatchedSocket
{
    /// <summary>Names it in the loop's events.</summary>
    ulong Key { get; set; }

    /// <summary>The socket's file descriptor.</summary>
    nint Descriptor { get; }

    /// <summary>Called by the loop: something about the socket has changed.</summary>
    void OnEvents(uint events);
}

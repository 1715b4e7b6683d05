namespace Realtime.Hosting.Epoll;

/// <summary>Who lives with an <see cref="EpollStream"/>.</summary>
internal interface ISocketOwner
{
    /// <summary>The peer has gone, or this side has cut the connection. It may be said more than once.</summary>
    void Gone();
}

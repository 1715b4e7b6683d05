namespace Realtime.Sockets;

/// <summary>
/// An ability of a server's connection (see <see cref="Realtime.Protocol.RequestConnection.Extension{T}"/>): its peer cannot vanish unnoticed, so no
/// heartbeat is asked of it. In memory, where an app's clock may be moved by hours at once, silence says nothing.
/// </summary>
public interface IWatchedPeer;

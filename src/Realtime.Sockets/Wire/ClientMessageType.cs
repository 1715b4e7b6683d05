namespace Realtime.Sockets;

/// <summary>What a client asks for.</summary>
internal enum ClientMessageType
{
    None,
    Join,
    Leave,
    Event,
    History,
    Ping,
}

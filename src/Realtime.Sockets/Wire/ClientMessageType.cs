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
    Authenticate,

    /// <summary>Not a client's: its event stream has come back, and goes on in a topic.</summary>
    Rejoin,

    /// <summary>Not a client's: the server took the connection out of a topic, and its leave handler waits for its turn.</summary>
    Departure,
}

namespace Realtime.Sockets;

/// <summary>What a call of a topic's handler brings beside the member.</summary>
internal enum TopicHandlerKind
{
    /// <summary>Nothing more.</summary>
    WithoutData,

    /// <summary>What the client sent.</summary>
    WithData,

    /// <summary>Why the member left.</summary>
    Leave,
}

namespace Realtime.Sockets;

/// <summary>One message of a client, read and checked for its form.</summary>
/// <param name="Type">What it asks for.</param>
/// <param name="Ref">What the reply carries back; 0 where it wants none.</param>
/// <param name="Topic">The topic's name; empty for a ping.</param>
/// <param name="Event">The event's name; empty for all but an event.</param>
/// <param name="Data">The data as the codec's own bytes, within the message; empty where there is none.</param>
/// <param name="Since">Where a rejoining client was, or null.</param>
/// <param name="History">How many events a client asks for: of the newest on a join, of older ones by a history message; 0 where it does not say.</param>
/// <param name="Before">The offset before which a history message asks for events; null for the newest.</param>
/// <param name="Token">The token of an authenticate message; null for none.</param>
internal readonly record struct ClientMessage(
    ClientMessageType Type, long Ref, string Topic, string Event, ReadOnlyMemory<byte> Data, StreamPosition? Since, int History, long? Before = null, string? Token = null)
{
    /// <summary>The same message with data of its own, for when it outlives the buffer it was read from.</summary>
    public ClientMessage Keep() => Data.IsEmpty ? this : this with { Data = Data.ToArray() };
}

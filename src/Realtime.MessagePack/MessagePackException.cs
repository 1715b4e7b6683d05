namespace Realtime.Sockets;

/// <summary>Bytes are not MessagePack, or not the MessagePack that was asked for.</summary>
public sealed class MessagePackException : FormatException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="position">Where: the value's first byte, counted from 0.</param>
    public MessagePackException(string message, int position)
        : base($"{message} (at byte {position})") => Position = position;

    /// <summary>Where it is wrong: the value's first byte, counted from 0.</summary>
    public int Position { get; }
}

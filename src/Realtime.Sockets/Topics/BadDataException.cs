namespace Realtime.Sockets;

/// <summary>The client's data is not what the handler takes; the message is for the client.</summary>
internal sealed class BadDataException(string message, Exception? innerException = null) : Exception(message, innerException);

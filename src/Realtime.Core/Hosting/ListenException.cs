namespace Realtime.Hosting;

/// <summary>An address cannot be listened on.</summary>
/// <param name="message">Which one, why, and what to do.</param>
/// <param name="innerException">What the transport said.</param>
public sealed class ListenException(string message, Exception innerException) : IOException(message, innerException);

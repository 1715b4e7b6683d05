namespace Realtime.Protocol;

/// <summary>A request that the server refuses for its form: too large, cut off, or malformed.</summary>
/// <param name="statusCode">The status to answer with: 400, 408, 413, 414 or 431.</param>
/// <param name="message">What was wrong, fit to be shown to the peer.</param>
/// <param name="innerException">What the server's parser said, or null.</param>
public sealed class RequestRejectedException(int statusCode, string message, Exception? innerException = null)
    : IOException(message, innerException)
{
    /// <summary>The status to answer with.</summary>
    public int StatusCode { get; } = statusCode;
}

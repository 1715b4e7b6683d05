namespace Realtime.Sockets;

/// <summary>A backplane could not do what was asked. The message says why and what to do.</summary>
public sealed class BackplaneException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="inner">What the backplane's driver threw; null if nothing.</param>
    public BackplaneException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

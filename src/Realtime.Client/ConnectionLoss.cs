namespace Realtime;

/// <summary>Why a connection was lost.</summary>
/// <param name="Code">The WebSocket close code (RFC 6455, section 7.4); 1006 where there was no close.</param>
/// <param name="Message">What the server or the platform says about it.</param>
/// <param name="Exception">What connecting or receiving threw; null for a proper close.</param>
public sealed record ConnectionLoss(int Code, string Message, Exception? Exception = null)
{
    /// <summary>Whether there is no use in connecting again (docs/protocol.md).</summary>
    internal bool IsFinal => Code is 1000 or 1002 or 1003 or 1007 or 1009 or (>= 3500 and <= 3999);
}

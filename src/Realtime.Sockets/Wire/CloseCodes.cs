namespace Realtime.Sockets;

/// <summary>The close codes that the server sends (RFC 6455, section 7.4, and docs/protocol.md).</summary>
internal static class CloseCodes
{
    public const int Normal = 1000;
    public const int GoingAway = 1001;
    public const int Unsupported = 1003;
    public const int Vanished = 1006;
    public const int BadData = 1007;
    public const int ServerError = 1011;
    public const int Silent = 3001;
    public const int Reconnect = 3002;
    public const int Expired = 3003;
    public const int TooSlow = 3008;
    public const int TooManyFaults = 3500;
    public const int Removed = 3501;
}

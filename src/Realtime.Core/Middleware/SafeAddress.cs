namespace Realtime.Middleware;

/// <summary>Tells addresses of this app from those of others.</summary>
internal static class SafeAddress
{
    /// <summary>
    /// Whether a browser that is sent to it stays on this host. Browsers take a backslash for a slash and skip tabs and line ends (WHATWG URL, section 4.4), so that
    /// <c>/\evil.example</c> and <c>/&#9;/evil.example</c> lead elsewhere.
    /// </summary>
    public static bool IsLocal(string? address) =>
        address is ['/', ..] and not ['/', '/', ..] && !address.Contains('\\', StringComparison.Ordinal) && !address.AsSpan().ContainsAnyInRange('\0', '\x1f');
}

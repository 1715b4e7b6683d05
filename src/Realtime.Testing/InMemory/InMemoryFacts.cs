using System.Net;

namespace Realtime.Testing.InMemory;

/// <summary>The facts of a request that never was on a wire.</summary>
internal sealed class InMemoryFacts(Uri target)
{
    private static readonly IPEndPoint ClientEnd = new(IPAddress.Loopback, 50_000);
    private static readonly IPEndPoint ServerEnd = new(IPAddress.Loopback, 80);

    private readonly CancellationTokenSource _disconnected = new();

    public string Scheme => target.Scheme is "https" or "wss" ? "https" : "http";

    public string Path { get; } = Decode(target.AbsolutePath);

    public string RawTarget => target.PathAndQuery;

    public string QueryString => target.Query;

    public IPEndPoint Client => ClientEnd;

    public IPEndPoint Server => ServerEnd;

    public InMemoryHeaders RequestHeaders { get; } = new() { ["Host"] = target.Authority };

    public CancellationToken Disconnected => _disconnected.Token;

    // Off the caller's thread: what the application does about it must not run inside the peer.
    public void Disconnect() => _ = _disconnected.CancelAsync();

    /// <summary>Percent-decodes a path, but not %2F: an encoded slash does not separate segments.</summary>
    private static string Decode(string path)
    {
        if (!path.Contains('%', StringComparison.Ordinal))
        {
            return path;
        }
        return string.Join("%2F", path.Split("%2F").Select(static part => string.Join("%2f", part.Split("%2f").Select(Uri.UnescapeDataString))));
    }
}

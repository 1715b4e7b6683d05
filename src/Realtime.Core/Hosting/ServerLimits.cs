namespace Realtime;

/// <summary>What a client may ask of the server, and how long it may take. Beyond it a request is refused, or its connection cut.</summary>
public sealed record ServerLimits
{
    /// <summary>The most bytes of a request's body; a longer one is refused with 413. Null for no limit; 30,000,000 by default. A handler may change it for its own request.</summary>
    public long? MaxRequestBodySize { get; init; } = 30_000_000;

    /// <summary>The most bytes of a request's first line, with its path and query; a longer one is refused with 414. 8,192 by default.</summary>
    public int MaxRequestLineSize { get; init; } = 8 * 1024;

    /// <summary>The most bytes of a request's header fields in all; more are refused with 431. 32,768 by default.</summary>
    public int MaxRequestHeadersSize { get; init; } = 32 * 1024;

    /// <summary>The most header fields of a request; more are refused with 431. 100 by default.</summary>
    public int MaxRequestHeaderCount { get; init; } = 100;

    /// <summary>How long a client may take to send a request's header fields; then it is answered with 408. 30 seconds by default.</summary>
    public TimeSpan RequestHeadersTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may wait for its next request before it is closed. 130 seconds by default.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>
    /// How many bytes a second a client must send of a request's body, and take of a response's, once 5 seconds have passed; a slower one is cut off. 0 for no limit; 240 by default.
    /// </summary>
    public int MinBodyRate { get; init; } = 240;

    /// <summary>How many connections there may be at a time; one more is closed at once. Null (the default) for as many as the system allows.</summary>
    public long? MaxConnections { get; init; }
}

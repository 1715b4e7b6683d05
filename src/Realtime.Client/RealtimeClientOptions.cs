using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Realtime;

/// <summary>How a <see cref="RealtimeClient"/> connects, waits and buffers.</summary>
public sealed record RealtimeClientOptions
{
    /// <summary>
    /// How data is written and read; null for <see cref="JsonSerializerOptions.Web"/>, which needs reflection. A trimmed or AOT-compiled program sets one
    /// with the resolver of its <c>JsonSerializerContext</c>.
    /// </summary>
    public JsonSerializerOptions? Json { get; init; }

    /// <summary>
    /// Whether messages go as MessagePack in binary frames instead of JSON. Data is written and read by the contracts of <see cref="Json"/> all the same: what the server sends as
    /// bytes comes as base64 and instants as ISO 8601, which <c>byte[]</c> and <c>DateTimeOffset</c> read; bytes that are sent go as base64 text, which a server's <c>byte[]</c> reads.
    /// False unless set.
    /// </summary>
    public bool MessagePack { get; init; }

    /// <summary>
    /// Gives the token for a connection, asked for each one anew and sent as <c>Authorization: Bearer</c>; null, or what returns null, for none.
    /// Where the server says that the token ends some time, it is asked again at four fifths of that time, and the fresh token goes over the connection that stands. What
    /// it throws counts as a failed attempt to connect; during a renewal it means that the connection lives as long as the token that it has.
    /// </summary>
    public Func<CancellationToken, ValueTask<string?>>? Token { get; init; }

    /// <summary>Changes the platform's options of each connection: headers, certificates, a proxy; null for nothing.</summary>
    public Action<ClientWebSocketOptions>? Configure { get; init; }

    /// <summary>
    /// How many events of one topic may wait for sending: for the connection, or for the answers to those before. One more is refused with <c>queue_full</c>.
    /// 1,000 unless set.
    /// </summary>
    public int QueueLimit { get; init; } = 1_000;

    /// <summary>
    /// How many received events a reader may be behind, and how many that nobody asked for yet are kept for the first who does. 1,024 unless set.
    /// </summary>
    public int EventBuffer { get; init; } = 1_024;

    /// <summary>What becomes of a reader who is further behind. <see cref="SlowReaderPolicy.Fail"/> unless set.</summary>
    public SlowReaderPolicy SlowReader { get; init; } = SlowReaderPolicy.Fail;

    /// <summary>The largest message taken from the server, in bytes; a larger one closes the client with 1009. 4 MiB unless set.</summary>
    public int MaxMessageSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>Within which time the server has to say welcome, and to answer a ping, before it is taken for dead. 10 seconds unless set.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The time within which the first attempt to come back is made, at random; each attempt in a row doubles it. Half a second unless set.
    /// </summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>What <see cref="ReconnectDelay"/> doubles up to. 30 seconds unless set.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock; null for the system's.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Where the client logs; null for nowhere.</summary>
    public ILoggerFactory? Logging { get; init; }

    internal MessageFormat Format => MessagePack ? MessageFormat.MessagePack : MessageFormat.Json;

    /// <summary>A number from 0 up to 1, for the jitter.</summary>
    internal Func<double> Random { get; init; } = System.Random.Shared.NextDouble;

    internal void Validate()
    {
        Positive(QueueLimit, nameof(QueueLimit));
        Positive(EventBuffer, nameof(EventBuffer));
        Positive(MaxMessageSize, nameof(MaxMessageSize));
        Positive(Timeout, nameof(Timeout));
        Positive(ReconnectDelay, nameof(ReconnectDelay));
        Positive(MaxReconnectDelay, nameof(MaxReconnectDelay));
        Defined(SlowReader, nameof(SlowReader));
    }

    /// <summary>The window of full jitter for an attempt, counted from 0.</summary>
    internal TimeSpan Backoff(int attempt)
    {
        var window = ReconnectDelay * Math.Pow(2, Math.Min(attempt, 30));
        return window < MaxReconnectDelay ? window : MaxReconnectDelay;
    }

    private static void Defined(SlowReaderPolicy policy, string name)
    {
        if (!Enum.IsDefined(policy))
        {
            throw new ArgumentException($"RealtimeClientOptions.{name} is {policy}, which is no policy.", name);
        }
    }

    private static void Positive<T>(T value, string name)
        where T : struct, IComparable<T>
    {
        if (value.CompareTo(default) <= 0)
        {
            throw new ArgumentException($"RealtimeClientOptions.{name} must be more than zero, but is {value}.", name);
        }
    }
}

namespace Realtime.Benchmarks.Load;

/// <summary>What the load must know of a server's protocol.</summary>
internal abstract class Dialect
{
    public abstract string Path { get; }

    /// <summary>The WebSocket subprotocol to offer; null for none.</summary>
    public virtual string? Subprotocol => null;

    /// <summary>What to send to become a receiver, each with a piece of text that the answer to it holds.</summary>
    public abstract IReadOnlyList<(string Send, string Answer)> Opening { get; }

    public abstract string Ping { get; }

    /// <summary>A message that asks the server to publish a text to all receivers.</summary>
    public abstract string Publish(string text);

    public static Dialect Named(string name) => name switch
    {
        "realtime" => new RealtimeDialect(),
        "signalr" => new SignalRDialect(),
        _ => throw new ArgumentException($"There is no dialect '{name}': say realtime or signalr.", nameof(name)),
    };
}

using Realtime.LoadClient.Protocols;

namespace Realtime.LoadClient;

/// <summary>What a run is to do. Everything is bounded: connections, messages and time.</summary>
internal sealed record LoadPlan
{
    public const int MostConnections = 60_000;

    public required ScenarioKind Scenario { get; init; }

    public required Uri Url { get; init; }

    /// <summary>The protocol's name; see <see cref="Protocols.Protocol.Names"/>.</summary>
    public string Protocol { get; init; } = "json";

    public int Connections { get; init; } = 100;

    public int Topics { get; init; } = 1;

    /// <summary>How many of the connections say something.</summary>
    public int Publishers { get; init; } = 1;

    /// <summary>Messages (cycles, requests) a second over all; 0 for as fast as the answers come.</summary>
    public double Rate { get; init; } = 100;

    /// <summary>The length of a text in bytes.</summary>
    public int Size { get; init; } = 128;

    /// <summary>How long it counts.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long before that at a quarter of the rate, so that a server's code is compiled before it has to keep up.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>How long then at the full rate before the clock counts.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The most messages (cycles, requests) to send in all.</summary>
    public int Count { get; init; } = 1_000_000;

    /// <summary>New connections a second; 0 for as fast as they are answered.</summary>
    public double ConnectRate { get; init; }

    /// <summary>How many of the connections stop reading.</summary>
    public int Slow { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>The topics' names; <c>{n}</c> is a number.</summary>
    public string Topic { get; init; } = "room:load-{n}";

    public MessageShape Shape { get; init; } = new("say", """{"text":"{text}"}""", """{"user":"{user}"}""", IsAnswered: false);

    /// <summary>The status that every response must have.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The body that every response must have; null for the same as the first, empty for any.</summary>
    public string? Body { get; init; }

    /// <summary>The server's process, to read its processor time and memory; 0 for not.</summary>
    public int ServerProcess { get; init; }

    /// <summary>The core that the server is pinned to, to see what else ran there; -1 for not.</summary>
    public int ServerCore { get; init; } = -1;

    /// <summary>Whether the target may be another machine.</summary>
    public bool IsRemote { get; init; }

    public string TopicName(int number) => Topic.Replace("{n}", $"{number}", StringComparison.Ordinal);
}

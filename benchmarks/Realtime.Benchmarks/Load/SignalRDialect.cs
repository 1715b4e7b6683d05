namespace Realtime.Benchmarks.Load;

/// <summary>SignalR's JSON hub protocol: records that end with the byte 0x1E, behind a handshake of one record.</summary>
internal sealed class SignalRDialect : Dialect
{
    public override string Path => "/hub";

    public override IReadOnlyList<(string Send, string Answer)> Opening { get; } =
    [
        ("{\"protocol\":\"json\",\"version\":1}\x1e", "{}\x1e"),
        ("{\"type\":1,\"invocationId\":\"1\",\"target\":\"Join\",\"arguments\":[\"ticks\"]}\x1e", "\"invocationId\":\"1\",\"result\":null"),
    ];

    public override string Ping => "{\"type\":6}\x1e";

    public override string Publish(string text) =>
        $"{{\"type\":1,\"target\":\"Publish\",\"arguments\":[\"ticks\",{{\"text\":\"{text}\"}}]}}\x1e";
}

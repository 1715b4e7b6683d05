namespace Realtime.Benchmarks.Load;

/// <summary>The realtime protocol over JSON, as docs/protocol.md has it.</summary>
internal sealed class RealtimeDialect : Dialect
{
    public override string Path => "/realtime";

    public override string? Subprotocol => "realtime.v1.json";

    public override IReadOnlyList<(string Send, string Answer)> Opening { get; } =
    [
        ("""{"type":"join","ref":1,"topic":"ticks"}""", "\"status\":\"ok\""),
    ];

    public override string Ping => """{"type":"ping"}""";

    public override string Publish(string text) => $$$"""{"type":"event","topic":"ticks","event":"publish","data":{"text":"{{{text}}}"}}""";
}

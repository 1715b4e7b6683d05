namespace Realtime.Benchmarks.Running;

/// <summary>A server to measure: ours or a peer's.</summary>
/// <param name="Name">What the tables call it.</param>
/// <param name="Folder">Its project's folder below benchmarks/, named like the project: <c>peers/signalr</c>.</param>
/// <param name="What">How it is set up, in a sentence for the report.</param>
internal sealed record Contender(string Name, string Folder, string What)
{
    /// <summary>What to start it with besides its port.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>For loads that speak more than one protocol: which one this server speaks.</summary>
    public string? Dialect { get; init; }

    public string ProjectName => Path.GetFileName(Folder);
}

namespace Realtime.Benchmarks.Running;

/// <summary>A server to measure: ours or a peer's.</summary>
/// <param name="Name">What the tables call it.</param>
/// <param name="Folder">Its folder below benchmarks/, and for a .NET project its project's name too: <c>peers/signalr</c>.</param>
/// <param name="What">How it is set up, in a sentence for the report.</param>
internal sealed record Contender(string Name, string Folder, string What)
{
    /// <summary>What to start it with besides its port.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The program that runs it, with its first arguments, in its folder; empty for the project's own build.</summary>
    public IReadOnlyList<string> Program { get; init; } = [];

    /// <summary>What must exist, in its folder or anywhere, for it to run: what its setup.sh makes.</summary>
    public string? Needs { get; init; }

    /// <summary>How the load speaks to it.</summary>
    public Speech? Speech { get; init; }

    /// <summary>Whether it may use every core, because it makes its load itself; otherwise it is pinned to the server's.</summary>
    public bool EveryCore { get; init; }

    /// <summary>Whether it is asked to stop, because it has started servers that are not its children; others are killed with theirs.</summary>
    public bool EndsItself { get; init; }

    /// <summary>Which part of a run's warm-up it needs: runtimes that compile nothing, or sooner, need less than .NET.</summary>
    public double WarmUpShare { get; init; } = 1;

    public string ProjectName => Path.GetFileName(Folder);

    /// <summary>Why it cannot run here; null where it can.</summary>
    public string? Missing(Bench bench) => Needs is null || Path.Exists(Path.Combine(bench.Folder, Folder, Needs))
        ? null
        : $"{Name} is left out: {Needs} is not there ({Folder}/setup.sh could not install it).";
}

namespace Realtime.Benchmarks.Running;

/// <summary>How this run measures: where, how often, how long.</summary>
internal sealed record Bench
{
    /// <summary>The benchmarks folder of the repository.</summary>
    public required string Folder { get; init; }

    /// <summary>Where reports go.</summary>
    public required string ReportFolder { get; init; }

    public int ServerCore { get; init; }

    public int LoadCore { get; init; } = 1;

    public int Rounds { get; init; } = 5;

    /// <summary>Seconds that count in one measurement.</summary>
    public double Seconds { get; init; } = 8;

    /// <summary>
    /// Seconds of load before that. On one busy core the runtime takes some 20 seconds to compile its hot paths for the last time, and
    /// is up to a third slower until then.
    /// </summary>
    public double WarmUp { get; init; } = 30;

    /// <summary>A few short runs, to see that everything works.</summary>
    public bool Quick { get; init; }

    /// <summary>A file to hold an exclusive lock on while measuring, so that builds that take it too wait; null for none.</summary>
    public string? LockFile { get; init; }

    /// <summary>The niceness of servers and loads; below 0 (which needs root) on a machine where others work too.</summary>
    public int Niceness { get; init; }

    /// <summary>How long people come and go.</summary>
    public double Minutes { get; init; } = 30;

    public CancellationToken Stopping { get; init; }

    /// <summary>The arguments for <c>nice</c> that start a program, which replaces it: the process id stays.</summary>
    public IEnumerable<string> Nice => ["-n", $"{Niceness}"];

    /// <summary>The same on one core, by another program that replaces itself.</summary>
    public IEnumerable<string> Pin(int core) => [.. Nice, "taskset", "-c", $"{core}"];

    /// <summary>Waits until nobody builds, where builds take the lock, and keeps it so until disposed.</summary>
    public Task<MachineLock> QuietAsync() => MachineLock.TakeAsync(LockFile, Stopping);

    /// <summary>Runs a program on the load's core.</summary>
    public Task<string> RunLoadAsync(double seconds, string program, params IEnumerable<string> arguments) =>
        ChildProcess.RunAsync("nice", [.. Pin(LoadCore), program, .. arguments], TimeSpan.FromSeconds(seconds), Stopping);
}

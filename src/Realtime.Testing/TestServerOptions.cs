namespace Realtime.Testing;

/// <summary>How a <see cref="TestServer"/> runs an app.</summary>
public sealed record TestServerOptions
{
    /// <summary>
    /// Whether the app's clock is <see cref="TestServer.Time"/>, which stands still until a test advances it. True unless
    /// set; false leaves the app's own <see cref="TimeProvider"/> in place.
    /// </summary>
    public bool ManualTime { get; init; } = true;

    /// <summary>When the app's jobs run. <see cref="TestJobs.Background"/> unless set.</summary>
    public TestJobs Jobs { get; init; }

    /// <summary>What <see cref="TestServer.Time"/> shows first; null for 2026-01-01 00:00 UTC.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>
    /// How long (in real time) <see cref="TestServer.DisposeAsync"/> waits for requests and sockets to end before it cuts them. 5 seconds
    /// unless set.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

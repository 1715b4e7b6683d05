namespace Realtime.Jobs;

/// <summary>
/// Keeps this node's lease alive. Without a heartbeat no job is started, and before the lease ends the running ones are cancelled.
/// </summary>
internal sealed class NodeLease(JobRuntime runtime, JobNode node, JobQueueOptions options, JobServer server)
{
    private long _lastBeat;
    private volatile bool _healthy;

    /// <summary>Whether the last heartbeat succeeded, so that jobs may be claimed.</summary>
    public bool IsHealthy => _healthy;

    /// <summary>Why the last heartbeat that failed did; null if none has.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Takes the lease.</summary>
    /// <exception cref="Exception">Whatever the store threw: a node that cannot take its lease cannot start.</exception>
    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        _lastBeat = runtime.Time.GetTimestamp();
        await runtime.Store.HeartbeatAsync(node, options.LeaseTime, cancellationToken);
        _healthy = true;
    }

    /// <summary>One heartbeat. Never throws.</summary>
    public async ValueTask BeatAsync(CancellationToken stopping)
    {
        // From before the call, which is when the store's count begins at the earliest.
        var now = runtime.Time.GetTimestamp();
        try
        {
            var beat = await runtime.Store.HeartbeatAsync(node, options.LeaseTime, CancellationToken.None);
            _lastBeat = now;
            if (!_healthy)
            {
                _healthy = true;
                runtime.Work.Set();
            }
            server.CancelMarked(beat.CancelRequested);
            if (!beat.Renewed)
            {
                // Claims were refused meanwhile.
                runtime.Work.Set();
                await server.CancelLostAsync(stopping);
            }
        }
        catch (Exception exception)
        {
            if (_healthy)
            {
                JobLog.HeartbeatFailed(runtime.Logger, exception);
            }
            (Failure, _healthy) = (exception, false);
            // Whoever drains is not to wait for jobs that nobody starts.
            runtime.Activity.Fire();
            if (runtime.Time.GetElapsedTime(_lastBeat) >= options.LeaseTime - options.HeartbeatInterval && server.CancelAll(CancelReason.LeaseLost) is > 0 and var count)
            {
                JobLog.LeaseEnding(runtime.Logger, count);
            }
        }
    }
}

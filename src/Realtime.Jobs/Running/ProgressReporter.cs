namespace Realtime.Jobs;

/// <summary>Shows and stores progress and log lines: the first at once, then what is new, at most ten times a second.</summary>
internal sealed class ProgressReporter(JobRuntime runtime, long node)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Wake _wake = new();
    private List<JobContext> _unseen = [];
    private List<JobContext> _showing = [];

    /// <summary>Adds an attempt with progress nobody has seen. Each is in the list at most once, so the list is bounded by the slots.</summary>
    public void Add(JobContext job)
    {
        lock (_lock)
        {
            _unseen.Add(job);
        }
        _wake.Set();
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync(stopping);
                await ShowAsync();
                await Task.Delay(Pause, runtime.Time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async ValueTask ShowAsync()
    {
        lock (_lock)
        {
            (_unseen, _showing) = (_showing, _unseen);
        }
        var shown = new List<(JobContext Job, JobProgress Progress)>(_showing.Count);
        var said = new List<(JobContext Job, JobLogLines Lines)>();
        foreach (var job in _showing)
        {
            if (job.ShowLines() is { } lines)
            {
                said.Add((job, lines));
            }
            if (job.ShowProgress() is { } progress)
            {
                shown.Add((job, progress));
            }
        }
        _showing.Clear();
        try
        {
            await StoreLinesAsync(said);
            await StoreProgressAsync(shown);
        }
        catch (Exception exception)
        {
            // Watchers of this process have seen it; the next report, or the job's end, stores it.
            JobLog.ChoreFailed(runtime.Logger, exception, "Storing progress");
        }
    }

    private async ValueTask StoreLinesAsync(List<(JobContext Job, JobLogLines Lines)> said)
    {
        if (said.Count == 0)
        {
            return;
        }
        var held = await runtime.Store.LogAsync(node, said.ConvertAll(static pair => pair.Lines), CancellationToken.None);
        for (var index = 0; index < held.Count; index++)
        {
            var (job, lines) = said[index];
            Settle(job, held[index]);
            if (held[index])
            {
                job.Stored(lines);
            }
        }
    }

    private async ValueTask StoreProgressAsync(List<(JobContext Job, JobProgress Progress)> shown)
    {
        if (shown.Count == 0)
        {
            return;
        }
        var held = await runtime.Store.ReportAsync(node, shown.ConvertAll(static pair => pair.Progress), CancellationToken.None);
        for (var index = 0; index < held.Count; index++)
        {
            Settle(shown[index].Job, held[index]);
        }
    }

    private void Settle(JobContext job, bool held)
    {
        if (held)
        {
            runtime.Feed.Touch(job.Id);
        }
        else
        {
            job.Cancel(CancelReason.LeaseLost);
        }
    }
}

namespace Realtime.Jobs;

/// <summary>Shows and stores progress: the first report at once, then what is newest, at most ten times a second.</summary>
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
        foreach (var job in _showing)
        {
            if (job.ShowProgress() is { } progress)
            {
                shown.Add((job, progress));
            }
        }
        _showing.Clear();
        if (shown.Count == 0)
        {
            return;
        }
        try
        {
            var held = await runtime.Store.ReportAsync(node, shown.ConvertAll(static pair => pair.Progress), CancellationToken.None);
            for (var index = 0; index < held.Count; index++)
            {
                if (!held[index])
                {
                    shown[index].Job.Cancel(CancelReason.LeaseLost);
                }
            }
        }
        catch (Exception exception)
        {
            // Watchers of this process have seen it; the next report, or the job's end, stores it.
            JobLog.ChoreFailed(runtime.Logger, exception, "Storing progress");
        }
    }
}

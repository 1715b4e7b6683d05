using System.Diagnostics;

namespace Realtime.Jobs;

/// <summary>An enqueue that is measured and traced; its end is when it is disposed of.</summary>
internal sealed class WatchedEnqueue(JobMeters meters, Activity? activity, IReadOnlyList<JobSpec> jobs, long started) : IDisposable
{
    private Exception? _exception;

    public IReadOnlyList<JobSpec> Jobs => jobs;

    public void Fail(Exception exception)
    {
        _exception = exception;
        JobActivities.Fail(activity, exception);
    }

    public void Dispose()
    {
        meters.Ended(this, started, _exception);
        activity?.Dispose();
    }
}

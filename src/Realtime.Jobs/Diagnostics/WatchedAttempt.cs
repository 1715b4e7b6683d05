using System.Diagnostics;

namespace Realtime.Jobs;

/// <summary>An attempt that is measured and traced.</summary>
internal sealed class WatchedAttempt(JobMeters meters, Activity? activity, JobRecord job, long started)
{
    private Exception? _exception;

    public void Fail(Exception exception)
    {
        _exception = exception;
        JobActivities.Fail(activity, exception);
    }

    public void End(JobOutcome outcome)
    {
        meters.Ended(job, started, outcome, _exception);
        activity?.Dispose();
    }
}

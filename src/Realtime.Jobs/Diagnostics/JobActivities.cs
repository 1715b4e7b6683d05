using System.Diagnostics;

namespace Realtime.Jobs;

/// <summary>Traces of jobs enqueued and run, under the names of OpenTelemetry's semantic conventions for messaging.</summary>
internal static class JobActivities
{
    /// <summary>The headers that carry the trace from the enqueue to the run (W3C Trace Context).</summary>
    public const string Parent = "traceparent";
    public const string State = "tracestate";

    private static readonly ActivitySource Source = new("Realtime.Jobs");

    public static bool AreHeard => Source.HasListeners();

    /// <summary>Begins the trace of an enqueue; null where nobody listens.</summary>
    public static Activity? Enqueue(IReadOnlyList<JobSpec> jobs)
    {
        if (!AreHeard)
        {
            return null;
        }
        var queue = QueueOf(jobs);
        var activity = Source.StartActivity(queue is null ? "enqueue" : $"enqueue {queue}", ActivityKind.Producer);
        activity?.SetTag("messaging.system", "realtime");
        activity?.SetTag("messaging.operation.name", "enqueue");
        activity?.SetTag("messaging.operation.type", "send");
        activity?.SetTag("messaging.destination.name", queue);
        if (jobs.Count == 1)
        {
            activity?.SetTag("messaging.message.id", jobs[0].Id.ToString());
            activity?.SetTag("realtime.job.name", jobs[0].Name);
        }
        else
        {
            activity?.SetTag("messaging.batch.message_count", jobs.Count);
        }
        return activity;
    }

    /// <summary>Begins the trace of an attempt, within that of the enqueue; null where nobody listens.</summary>
    public static Activity? Process(JobRecord job)
    {
        if (!AreHeard)
        {
            return null;
        }
        ActivityContext created = default;
        var isTraced = job.Spec.Headers is { } headers
            && headers.TryGetValue(Parent, out var parent)
            && ActivityContext.TryParse(parent, headers.GetValueOrDefault(State), isRemote: true, out created);
        if (!isTraced)
        {
            // Not within what was going on when the workers were started.
            Activity.Current = null;
        }
        var activity = Source.StartActivity(
            $"process {job.Spec.Queue}", ActivityKind.Consumer, created, tags: null, links: isTraced ? [new ActivityLink(created)] : null);
        activity?.SetTag("messaging.system", "realtime");
        activity?.SetTag("messaging.operation.name", "process");
        activity?.SetTag("messaging.operation.type", "process");
        activity?.SetTag("messaging.destination.name", job.Spec.Queue);
        activity?.SetTag("messaging.message.id", job.Spec.Id.ToString());
        activity?.SetTag("realtime.job.name", job.Spec.Name);
        activity?.SetTag("realtime.job.attempt", job.Attempt);
        return activity;
    }

    /// <summary>Lets jobs carry the trace they are enqueued in, unless they carry another already.</summary>
    public static void Carry(IReadOnlyList<JobSpec> jobs)
    {
        // Of another format than W3C's it could not be read again.
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } current)
        {
            return;
        }
        foreach (var job in jobs)
        {
            if (job.Headers?.ContainsKey(Parent) is true)
            {
                continue;
            }
            var headers = new Dictionary<string, string>(job.Headers ?? JobHeaders.None) { [Parent] = id };
            if (!string.IsNullOrEmpty(current.TraceStateString))
            {
                headers[State] = current.TraceStateString;
            }
            job.Replace(job.Args, headers);
        }
    }

    /// <summary>Says that it failed.</summary>
    public static void Fail(Activity? activity, Exception exception)
    {
        activity?.SetTag("error.type", exception.GetType().FullName);
        activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
    }

    /// <summary>The queue of jobs that are all in one; null for several.</summary>
    public static string? QueueOf(IReadOnlyList<JobSpec> jobs)
    {
        for (var index = 1; index < jobs.Count; index++)
        {
            if (jobs[index].Queue != jobs[0].Queue)
            {
                return null;
            }
        }
        return jobs[0].Queue;
    }
}

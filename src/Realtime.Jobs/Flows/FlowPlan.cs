namespace Realtime.Jobs;

/// <summary>Makes the jobs and links of a flow, and enqueues them.</summary>
internal sealed class FlowPlan(JobQueue queue)
{
    private static readonly JobOptions Defaults = new();

    private readonly List<JobSpec> _jobs = [];
    private readonly List<JobLink> _links = [];

    public async ValueTask<(EnqueueResult Enqueued, string Name)> EnqueueAsync(Flow flow, Guid? parent, CancellationToken cancellationToken)
    {
        var last = AddOne(flow, FlowEnds.None, always: false);
        // The last job is the one that the flow is known by: the others are under it.
        JobSpec[] jobs = [.. _jobs.Select(job => job with { Parent = job.Id == last ? parent : last })];
        await queue.Runtime.EnqueueFlowAsync(jobs, _links, cancellationToken);
        return (new EnqueueResult(last, EnqueueStatus.Added), jobs.First(job => job.Id == last).Name);
    }

    /// <summary>Plans a flow behind what comes before it.</summary>
    public FlowEnds Add(Flow flow, FlowEnds before, bool always)
    {
        if (flow.Queue != queue)
        {
            throw Stranger();
        }
        // Not by recursion: a chain may be long.
        var parts = new Stack<Flow>();
        for (var part = flow; part is not null; part = part.Before)
        {
            parts.Push(part);
        }
        var ends = before;
        while (parts.TryPop(out var part))
        {
            ends = part.Part.Plan(this, ends, part.Before is null ? always : part.Always);
        }
        return ends;
    }

    /// <summary>Plans a flow that is to have one last job.</summary>
    public Guid AddOne(Flow flow, FlowEnds before, bool always)
    {
        var ends = Add(flow, before, always);
        return ends.IsGroup ? Gather(ends, always: false) : ends.Jobs[0];
    }

    /// <summary>Plans a job. Without arguments it is given the results of those before it.</summary>
    public Guid Add(Job job, byte[]? args, EnqueueOptions options, FlowEnds before, bool always)
    {
        if (job.Owner != queue)
        {
            throw Stranger();
        }
        if (options.UniqueKey is not null || options.IdempotencyKey is not null)
        {
            throw new ArgumentException($"The job '{job.Name}' has a unique or idempotency key in a flow: another job could stand in for it, and what comes after would wait for the wrong one. Leave the key out.", nameof(options));
        }
        if (before.Jobs.Count > 0 && options.At is not null)
        {
            throw new ArgumentException($"The job '{job.Name}' comes after others in its flow and cannot be due at a time. Give it a delay, which begins when they have ended.", nameof(options));
        }
        var input = args is not null ? FlowInput.None : before.IsGroup ? FlowInput.Results : FlowInput.Result;
        var waits = before.Jobs.Count > 0;
        var spec = job.Describe(args ?? [], waits ? options with { Delay = null } : options);
        return Add(spec with { Flow = new JobFlow { Input = input, EvenIfFailed = always, Delay = waits && options.Delay is { } delay ? delay : TimeSpan.Zero } }, before);
    }

    /// <summary>Plans a job whose result is the results of a group.</summary>
    public Guid Gather(FlowEnds group, bool always) => Gather([], FlowInput.Results, group, always);

    /// <summary>Plans a job whose result is that of an empty group.</summary>
    public Guid GatherNothing(FlowEnds before, bool always) => Gather([.. "[]"u8], FlowInput.None, before, always);

    private Guid Gather(byte[] args, FlowInput input, FlowEnds before, bool always)
    {
        // It goes where the first of its group goes: some worker serves that queue.
        var like = before.Jobs.Count > 0 ? _jobs.Find(other => other.Id == before.Jobs[0]) : null;
        var now = queue.Runtime.Time.GetUtcNow();
        return Add(
            new JobSpec
            {
                Id = JobId.New(now),
                Name = FlowGather.Name,
                Queue = like?.Queue ?? Defaults.Queue,
                Args = args,
                Priority = like?.Priority ?? Defaults.Priority,
                MaxAttempts = Defaults.MaxAttempts,
                EnqueuedAt = now,
                Retention = like?.Retention ?? Defaults.Retention,
                FailedRetention = like is null ? Defaults.FailedRetention : like.FailedRetention,
                CancelledRetention = like?.CancelledRetention,
                Flow = new JobFlow { Input = input, EvenIfFailed = always },
            },
            before);
    }

    private Guid Add(JobSpec job, FlowEnds before)
    {
        _jobs.Add(job);
        _links.AddRange(before.Jobs.Select(id => new JobLink(id, job.Id)));
        return job.Id;
    }

    private static InvalidOperationException Stranger() => new("All jobs of a flow belong to one app: one of these belongs to another.");
}

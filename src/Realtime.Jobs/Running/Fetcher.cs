namespace Realtime.Jobs;

/// <summary>Claims due jobs for the free slots of every queue and hands them to their lanes.</summary>
internal sealed class Fetcher(JobRuntime runtime, long node, IReadOnlyList<Lane> lanes, Func<bool> mayFetch)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Lane> _byQueue = lanes.ToDictionary(static lane => lane.Queue);
    private readonly List<QueueDemand> _demand = [];
    private TimeSpan _wait = ShortestWait;

    /// <summary>What it does while the store fails.</summary>
    public Setback Setback { get; } = new(runtime);

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await runtime.Work.WaitAsync(stopping);
                foreach (var lane in lanes)
                {
                    lane.Hungry = true;
                }
                while (mayFetch() && !stopping.IsCancellationRequested && await ClaimAsync(stopping))
                {
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>Claims once; true if it is worth trying again at once.</summary>
    private async ValueTask<bool> ClaimAsync(CancellationToken stopping)
    {
        _demand.Clear();
        foreach (var lane in lanes)
        {
            if (lane.Hungry && lane.Wanted() is > 0 and var wanted)
            {
                _demand.Add(new QueueDemand(lane.Queue, wanted, lane.Limits));
            }
        }
        if (_demand.Count == 0)
        {
            return false;
        }
        var asked = runtime.HasLimits ? runtime.Time.GetUtcNow() : default;
        ClaimResult claimed;
        try
        {
            // Not with the stop's token: a claim given up half way would leave jobs claimed by nobody.
            claimed = await runtime.Store.ClaimAsync(node, _demand, CancellationToken.None);
        }
        catch (Exception exception)
        {
            JobLog.ClaimFailed(runtime.Logger, exception, _wait);
            await Setback.WaitAsync(exception, _wait, stopping);
            _wait = _wait * 2 < LongestWait ? _wait * 2 : LongestWait;
            return true;
        }
        _wait = ShortestWait;
        HandOut(claimed.Jobs);
        foreach (var (queue, wait) in claimed.Held)
        {
            _byQueue[queue].Hold(asked + wait);
            // Whoever drains waits for what can run.
            runtime.Activity.Fire();
        }
        return _demand.Any(demand => _byQueue[demand.Queue].Hungry);
    }

    private void HandOut(IReadOnlyList<JobRecord> claimed)
    {
        if (_demand.Count == 1)
        {
            _byQueue[_demand[0].Queue].Hungry = claimed.Count >= _demand[0].Count;
        }
        else
        {
            var got = claimed.CountBy(static job => job.Spec.Queue).ToDictionary();
            foreach (var (queue, count, _) in _demand)
            {
                _byQueue[queue].Hungry = got.GetValueOrDefault(queue) >= count;
            }
        }
        foreach (var job in claimed)
        {
            _byQueue[job.Spec.Queue].Accept(job);
        }
    }
}

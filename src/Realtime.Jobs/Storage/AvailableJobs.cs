namespace Realtime.Jobs;

/// <summary>A queue in memory: its available jobs by priority, then in the order they became available, and what runs of them.</summary>
internal sealed class AvailableJobs
{
    // One job in so many comes from behind the highest priority, so that none waits for ever.
    private const int Share = 10;

    // Highest priority first. A list, because an app has few priorities and every claim starts at the front.
    private readonly List<PriorityLevel> _levels = [];

    // Kept, and not counted when asked for: that would be a walk over every job, with all others waiting.
    private readonly long[] _counts = new long[JobState.Quarantined - JobState.Waiting + 1];
    private Dictionary<string, int>? _runningByKey;
    private RateWindow? _window;
    private KeyRates? _keyRates;

    // Of the claim under way; null where no rate is limited per key.
    private KeyRates? _keyRate;
    private int _carry;
    private int _turn;

    public bool IsPaused { get; set; }

    /// <summary>How many of its jobs are in each state that there are any in.</summary>
    public IEnumerable<(JobState State, long Count)> Counts
    {
        get
        {
            for (var index = 0; index < _counts.Length; index++)
            {
                if (_counts[index] > 0)
                {
                    yield return (JobState.Waiting + index, _counts[index]);
                }
            }
        }
    }

    private int Running => (int)_counts[JobState.Running - JobState.Waiting];

    /// <summary>So many more, or fewer, of its jobs are in a state.</summary>
    public void Count(JobState state, int more) => _counts[state - JobState.Waiting] += more;

    public void Add(JobEntry entry)
    {
        var priority = entry.Spec.Priority;
        var index = 0;
        while (index < _levels.Count && _levels[index].Priority > priority)
        {
            index++;
        }
        if (index == _levels.Count || _levels[index].Priority != priority)
        {
            _levels.Insert(index, new PriorityLevel(priority));
        }
        _levels[index].Add(entry);
    }

    /// <summary>Takes jobs to run. Returns how long the rate limit holds back what is left; null if it does not.</summary>
    public TimeSpan? Take(int count, QueueLimits? limits, DateTimeOffset now, List<JobEntry> taken)
    {
        _keyRate = null;
        if (limits is null)
        {
            Take(count, perKey: null, taken);
            return null;
        }
        if (limits.Total is { } total)
        {
            count = Math.Min(count, total - Running);
        }
        if (count <= 0)
        {
            return null;
        }
        if (limits.RatePerKey is { } ratePerKey)
        {
            _keyRate = (_keyRates ??= new KeyRates()).At(ratePerKey, now);
        }
        var before = taken.Count;
        if (limits.Rate is not { } rate)
        {
            Take(count, limits.PerKey, taken);
            return KeyWait();
        }
        _window ??= new RateWindow();
        var room = _window.Room(rate, now);
        Take(Math.Min(count, room), limits.PerKey, taken);
        if (taken.Count > before)
        {
            _window.Add(rate, now, taken.Count - before);
        }
        return room <= count && _levels.Exists(static level => !level.IsEmpty) && _window.Room(rate, now) == 0 ? _window.Wait(rate, now) : KeyWait();

        // Where all that was asked for was found, more is asked for anyway.
        TimeSpan? KeyWait() => taken.Count - before < count ? _keyRate?.Wait : null;
    }

    /// <summary>Whether a key has as many running jobs as it may.</summary>
    public bool IsFull(string? key, int? perKey) =>
        key is not null && ((perKey is { } most && _runningByKey is not null && _runningByKey.GetValueOrDefault(key) >= most) || _keyRate?.IsFull(key) is true);

    /// <summary>A job of this queue no longer runs.</summary>
    public void Leave(JobEntry entry)
    {
        if (entry.Spec.LimitKey is { } key)
        {
            var left = _runningByKey![key] - 1;
            if (left == 0)
            {
                _runningByKey.Remove(key);
            }
            else
            {
                _runningByKey[key] = left;
            }
        }
    }

    private void Take(int count, int? perKey, List<JobEntry> taken)
    {
        if (_levels.Count > 1)
        {
            _levels.RemoveAll(static level => level.IsEmpty);
        }
        if (_levels.Count <= 1)
        {
            // Nearly always.
            if (_levels.Count == 1)
            {
                TakeFrom(_levels[0], count, perKey, taken);
            }
            return;
        }
        var share = (_carry + count) / Share;
        _carry = (_carry + count) % Share;
        var all = new List<JobEntry>();
        for (var misses = 0; all.Count < share && misses < _levels.Count - 1;)
        {
            misses = TakeFrom(_levels[1 + (_turn++ % (_levels.Count - 1))], 1, perKey, all) == 1 ? 0 : misses + 1;
        }
        foreach (var level in _levels)
        {
            TakeFrom(level, count - all.Count, perKey, all);
        }
        taken.AddRange(all.OrderByDescending(static entry => entry.Spec.Priority));
    }

    private void Enter(JobEntry entry)
    {
        // At once: a job that was cancelled and requeued has two places, and is taken from one.
        entry.State = JobState.Running;
        if (entry.Spec.LimitKey is { } key)
        {
            _keyRate?.Add(key);
            _runningByKey ??= [];
            _runningByKey[key] = _runningByKey.GetValueOrDefault(key) + 1;
        }
    }

    private int TakeFrom(PriorityLevel level, int count, int? perKey, List<JobEntry> taken)
    {
        var took = 0;
        while (took < count && level.TryTake(this, perKey, out var entry))
        {
            Enter(entry);
            taken.Add(entry);
            took++;
        }
        return took;
    }
}

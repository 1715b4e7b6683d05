using Realtime.Jobs;

namespace Realtime.Sqlite;

/// <summary>One claim from one queue, inside the writer's transaction.</summary>
internal sealed partial class SqliteClaim(SqliteDatabase database, long node, long now, QueueDemand demand, ClaimTurn turn, List<JobRecord> claimed)
{
    // One job in so many comes from behind the highest priority, so that none waits for ever.
    private const int Share = 10;

    private readonly int _first = claimed.Count;
    private readonly List<long> _order = [];
    private Dictionary<string, long>? _running;
    private Dictionary<string, (long Count, long? Oldest)>? _started;
    private long? _keyWait;

    private int Taken => claimed.Count - _first;

    /// <summary>Claims. Returns how long the rate limit holds back what is left; null if it does not.</summary>
    public TimeSpan? Run()
    {
        if (IsPaused())
        {
            return null;
        }
        var count = demand.Count;
        if (demand.Limits?.Total is { } total)
        {
            count = (int)Math.Min(count, total - CountRunning());
        }
        if (count <= 0)
        {
            return null;
        }
        if (demand.Limits?.Rate is not { } rate)
        {
            Take(count);
            AddKeyStarts();
            return KeyWait(count);
        }
        var (started, oldest) = Starts(rate);
        Take((int)Math.Clamp(rate.Count - started, 0, count));
        AddKeyStarts();
        if (Taken > 0)
        {
            var at = rate.CountedAt(new DateTimeOffset(now, TimeSpan.Zero)).UtcTicks;
            oldest ??= at;
            database.Prepare("INSERT INTO realtime_job_starts VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET count = count + excluded.count")
                .Bind(1, demand.Queue).Bind(2, at).Bind(3, Taken).Run();
        }
        return started + Taken >= rate.Count && (HasPlain() || HasKeyed()) ? new TimeSpan(oldest!.Value + rate.Per.Ticks - now) : KeyWait(count);
    }

    // How long until one of the keys that were full may start another. Where all that was asked for was found, more is asked for anyway.
    private TimeSpan? KeyWait(int count) => Taken < count && _keyWait is { } wait ? new TimeSpan(wait) : null;

    private void AddKeyStarts()
    {
        if (demand.Limits?.RatePerKey is not { } rate)
        {
            return;
        }
        foreach (var (key, jobs) in claimed.Skip(_first).Where(static job => job.Spec.LimitKey is not null).CountBy(static job => job.Spec.LimitKey!))
        {
            AddStarts(key, rate.CountedAt(new DateTimeOffset(now, TimeSpan.Zero)).UtcTicks, jobs);
        }
    }

    private void Take(int count)
    {
        if (count == 0)
        {
            return;
        }
        var keyed = HasKeyed();
        var share = (turn.Carry + count) / Share;
        turn.Carry = (turn.Carry + count) % Share;
        if (share > 0 && (TopPriority(below: long.MaxValue, keyed) is not { } top || TopPriority(top, keyed) is null))
        {
            share = 0;
        }
        if (!keyed && share == 0)
        {
            TakeOldest(count);
        }
        else
        {
            TakeShare(share, keyed);
            TakeByPriority(count, keyed);
        }
        Sort(keyed);
    }

    /// <summary>Takes a few jobs from behind the highest priority, each time from another one.</summary>
    private void TakeShare(int share, bool keyed)
    {
        for (var misses = 0; Taken < share && misses < 2;)
        {
            var below = turn.Priority ?? TopPriority(long.MaxValue, keyed) ?? long.MaxValue;
            turn.Priority = TopPriority(below, keyed);
            if (turn.Priority is not { } level)
            {
                // Begins again behind the highest.
                misses++;
                continue;
            }
            if (TakeLevel(level, Math.Min(share, Taken + 1), keyed))
            {
                misses = 0;
            }
        }
    }

    private void TakeByPriority(int count, bool keyed)
    {
        for (var level = TopPriority(long.MaxValue, keyed); level is { } priority && Taken < count; level = TopPriority(priority, keyed))
        {
            TakeLevel(priority, count, keyed);
        }
    }

    /// <summary>Takes from one priority until so many are taken in all. False if there was nothing.</summary>
    private bool TakeLevel(long priority, int upTo, bool keyed)
    {
        var before = Taken;
        if (!keyed)
        {
            TakePlain(priority, upTo - Taken);
            return Taken > before;
        }
        // One turn for each key, and one for all the jobs without a key; over when a whole round brings nothing.
        var atRoundStart = -1;
        while (Taken < upTo)
        {
            if (NextKey(priority) is { } next)
            {
                turn.Key = next.Key;
                if (!IsFull(next.Key))
                {
                    TakeOne(next.Seq);
                    CountKey(next.Key);
                }
                continue;
            }
            turn.Key = "";
            TakePlain(priority, 1);
            if (Taken == atRoundStart)
            {
                break;
            }
            atRoundStart = Taken;
        }
        return Taken > before;
    }

    private bool IsFull(string key)
    {
        if (demand.Limits?.PerKey is { } perKey)
        {
            _running ??= RunningByKey();
            if (_running.GetValueOrDefault(key) >= perKey)
            {
                return true;
            }
        }
        if (demand.Limits?.RatePerKey is not { } rate)
        {
            return false;
        }
        _started ??= [];
        if (!_started.TryGetValue(key, out var starts))
        {
            _started.Add(key, starts = Starts(rate, key));
        }
        if (starts.Count < rate.Count)
        {
            return false;
        }
        var wait = starts.Oldest!.Value + rate.Per.Ticks - now;
        _keyWait = _keyWait < wait ? _keyWait : wait;
        return true;
    }

    private void CountKey(string key)
    {
        if (_running is not null)
        {
            _running[key] = _running.GetValueOrDefault(key) + 1;
        }
        if (_started is not null && demand.Limits?.RatePerKey is { } rate)
        {
            var (count, oldest) = _started.GetValueOrDefault(key);
            _started[key] = (count + 1, oldest ?? rate.CountedAt(new DateTimeOffset(now, TimeSpan.Zero)).UtcTicks);
        }
    }

    // RETURNING promises no order. Rows mostly come by age, so this is a pass over a list that is sorted already.
    private void Sort(bool keyed)
    {
        var sorted = true;
        for (var index = 1; index < _order.Count && sorted; index++)
        {
            var (before, after) = (claimed[_first + index - 1].Spec.Priority, claimed[_first + index].Spec.Priority);
            sorted = before > after || (before == after && (keyed || _order[index - 1] < _order[index]));
        }
        if (sorted)
        {
            return;
        }
        var byPriority = claimed.Skip(_first).Zip(_order).OrderByDescending(static pair => pair.First.Spec.Priority);
        JobRecord[] right = [.. (keyed ? byPriority : byPriority.ThenBy(static pair => pair.Second)).Select(static pair => pair.First)];
        for (var index = 0; index < right.Length; index++)
        {
            claimed[_first + index] = right[index];
        }
    }
}

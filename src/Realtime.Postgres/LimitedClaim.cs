using Realtime.Jobs;

namespace Realtime.Postgres;

/// <summary>A claim from a queue with limits, under the queue's lock.</summary>
internal sealed class LimitedClaim(PostgresJobSql sql, PostgresSession session, PostgresClaim claim, QueueDemand demand)
{
    private readonly QueueLimits _limits = demand.Limits!;
    private readonly QueueTurn _turn = claim.TurnOf(demand.Queue);
    private Dictionary<string, long> _running = [];
    private Dictionary<string, (long Count, TimeSpan Left)> _started = [];
    private TimeSpan? _keyWait;

    /// <summary>Claims. Returns how long the rate limit holds back what is left; null if it does not.</summary>
    public async ValueTask<TimeSpan?> RunAsync(List<JobRecord> claimed)
    {
        var count = demand.Count;
        if (_limits.Total is not null || _limits.PerKey is not null)
        {
            _running = (await session.ListAsync(batch => batch.Add(sql.CountRunning).With(demand.Queue), static row => (Key: JobRow.TextOrNull(row, 0) ?? "", Count: row.GetInt64(1))))
                .ToDictionary(static pair => pair.Key, static pair => pair.Count);
            count = (int)Math.Min(count, (_limits.Total ?? int.MaxValue) - _running.Values.Sum());
        }
        if (count <= 0)
        {
            return null;
        }
        await ReadKeyStartsAsync();
        if (_limits.Rate is not { } rate)
        {
            var taken = await TakeAsync(count);
            claimed.AddRange(taken);
            return KeyWait(taken.Count < count);
        }
        var (started, oldest, now) = await session.RunAsync(
            batch => batch.Add(sql.Starts).With(claim.Now).With(demand.Queue).With(NpgsqlTypes.NpgsqlDbType.Interval, rate.Per),
            static async row => await row.ReadAsync() ? (row.GetInt64(0), JobRow.TimeOrNull(row, 1), JobRow.Time(row, 2)) : default);
        var jobs = await TakeAsync((int)Math.Clamp(rate.Count - started, 0, count));
        if (jobs.Count > 0)
        {
            var at = rate.CountedAt(now);
            oldest ??= at;
            await session.RunAsync(batch => batch.Add(sql.AddStarts).With(demand.Queue).With(NpgsqlTypes.NpgsqlDbType.TimestampTz, at.UtcDateTime).With(jobs.Count));
        }
        claimed.AddRange(jobs);
        return started + jobs.Count >= rate.Count && oldest is { } first && await HasMoreAsync() ? first + rate.Per - now : KeyWait(jobs.Count < count);
    }

    // Where all that was asked for was found, more is asked for anyway.
    private TimeSpan? KeyWait(bool wantsMore) => wantsMore && _keyWait is { } wait ? wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(1) : null;

    private async ValueTask ReadKeyStartsAsync()
    {
        if (_limits.RatePerKey is { } rate)
        {
            _started = (await session.ListAsync(
                batch => batch.Add(sql.KeyStarts).With(claim.Now).With(demand.Queue).With(NpgsqlTypes.NpgsqlDbType.Interval, rate.Per),
                static row => (Key: row.GetString(0), Count: row.GetInt64(1), Left: row.GetTimeSpan(2)))).ToDictionary(static row => row.Key, static row => (row.Count, row.Left));
        }
    }

    private async ValueTask AddKeyStartsAsync(List<JobRecord> jobs)
    {
        if (_limits.RatePerKey is { } rate && jobs.Find(static job => job.Spec.LimitKey is not null) is { StartedAt: { } start })
        {
            JobRecord[] keyed = [.. jobs.Where(static job => job.Spec.LimitKey is not null)];
            await session.RunAsync(batch => batch.Add(sql.AddKeyStarts).With(demand.Queue).With(NpgsqlTypes.NpgsqlDbType.TimestampTz, rate.CountedAt(start).UtcDateTime)
                .WithMany(NpgsqlTypes.NpgsqlDbType.Text, keyed, static job => job.Spec.LimitKey));
        }
    }

    private bool IsFull(string key)
    {
        if (_limits.PerKey is { } perKey && _running.GetValueOrDefault(key) >= perKey)
        {
            return true;
        }
        var (count, left) = _started.GetValueOrDefault(key);
        if (_limits.RatePerKey is not { } rate || count < rate.Count)
        {
            return false;
        }
        _keyWait = _keyWait < left ? _keyWait : left;
        return true;
    }

    private async ValueTask<bool> HasMoreAsync() =>
        (await session.ListAsync(batch => batch.Add(sql.HasAvailable).With(demand.Queue), static row => row.GetBoolean(0)))[0];

    private async ValueTask<List<JobRecord>> TakeAsync(int count)
    {
        if (count == 0)
        {
            return [];
        }
        if (_limits is { PerKey: null, RatePerKey: null })
        {
            return await claim.TakeAsync(session, demand.Queue, count);
        }
        var share = _turn.TakeShare(count);
        var chosen = new List<Guid>();
        var levels = new List<int>();
        for (var below = long.MaxValue; await TopPriorityAsync(below) is { } priority; below = priority)
        {
            levels.Add(priority);
            if (levels.Count > 1 || share == 0)
            {
                break;
            }
        }
        if (share > 0 && levels.Count > 1)
        {
            // From the next priority below the last one that had its turn, or again from the highest of those behind the top.
            var level = (_turn.Priority is { } last ? await TopPriorityAsync(Math.Min(last, levels[0])) : null) ?? levels[1];
            _turn.Priority = level;
            await ChooseAsync(level, share, chosen);
        }
        for (int? level = levels.Count > 0 ? levels[0] : null; level is { } priority && chosen.Count < count; level = await TopPriorityAsync(priority))
        {
            await ChooseAsync(priority, count, chosen);
        }
        if (chosen.Count == 0)
        {
            return [];
        }
        var jobs = InOrder(await claim.TakeTheseAsync(session, demand.Queue, chosen), chosen);
        await AddKeyStartsAsync(jobs);
        return jobs;
    }

    private async ValueTask<int?> TopPriorityAsync(long below) =>
        (await session.ListAsync<int?>(batch => batch.Add(sql.TopPriority).With(demand.Queue).With(below), static row => row.IsDBNull(0) ? null : row.GetInt32(0)))[0];

    /// <summary>Chooses from one priority until so many are chosen in all: one for each key in turn, and one of the jobs without a key.</summary>
    private async ValueTask ChooseAsync(int priority, int upTo, List<Guid> chosen)
    {
        var want = upTo - chosen.Count;
        var plain = await session.ListAsync(batch => batch.Add(sql.OldestPlain).With(demand.Queue).With(priority).With(upTo), static row => row.GetGuid(0));
        // Enough keys for all that is wanted, should all that are full come first.
        var each = Math.Min(want, Math.Min(_limits.PerKey ?? int.MaxValue, _limits.RatePerKey?.Count ?? int.MaxValue));
        var full = _limits.RatePerKey is { } rate ? _started.Values.Count(starts => starts.Count >= rate.Count) : 0;
        // One more than it may start, to know of a key that is full whether it has more.
        var keys = await KeysAsync(priority, each + 1 + chosen.Count, want + _running.Count + full);
        var turns = new Queue<(string Key, Queue<Guid> Jobs)>([.. keys, ("", new Queue<Guid>(plain.Except(chosen)))]);
        while (chosen.Count < upTo && turns.TryDequeue(out var turn))
        {
            if (turn.Jobs.Count > 0 && (turn.Key.Length == 0 || !IsFull(turn.Key)) && turn.Jobs.TryDequeue(out var id))
            {
                if (chosen.Contains(id))
                {
                    turns.Enqueue(turn);
                    continue;
                }
                chosen.Add(id);
                _turn.Key = turn.Key;
                if (turn.Key.Length > 0)
                {
                    _running[turn.Key] = _running.GetValueOrDefault(turn.Key) + 1;
                    var (count, left) = _started.GetValueOrDefault(turn.Key);
                    _started[turn.Key] = (count + 1, count == 0 ? _limits.RatePerKey?.Per ?? default : left);
                }
                turns.Enqueue(turn);
            }
        }
    }

    /// <summary>The next keys in turn with their oldest jobs: those behind the last one, then those from the beginning.</summary>
    private async ValueTask<List<(string Key, Queue<Guid> Jobs)>> KeysAsync(int priority, int each, int most)
    {
        var behind = await ReadKeysAsync(priority, each, most, _turn.Key);
        if (_turn.Key.Length == 0 || behind.Count >= most)
        {
            return behind;
        }
        var seen = behind.Select(static pair => pair.Key).ToHashSet();
        return [.. behind, .. (await ReadKeysAsync(priority, each, most, "")).Where(pair => !seen.Contains(pair.Key))];
    }

    private async ValueTask<List<(string Key, Queue<Guid> Jobs)>> ReadKeysAsync(int priority, int each, int most, string after)
    {
        var rows = await session.ListAsync(
            batch => batch.Add(sql.OldestKeyed).With(demand.Queue).With(priority).With(each).With(most).With(after),
            static row => (Key: row.GetString(0), Id: row.GetGuid(1)));
        return [.. rows.GroupBy(static row => row.Key).Select(static group => (group.Key, new Queue<Guid>(group.Select(static row => row.Id))))];
    }

    private static List<JobRecord> InOrder(List<JobRecord> jobs, List<Guid> chosen)
    {
        var place = chosen.Select(static (id, index) => (id, index)).ToDictionary(static pair => pair.id, static pair => pair.index);
        return [.. jobs.OrderByDescending(static job => job.Spec.Priority).ThenBy(job => place[job.Spec.Id])];
    }
}

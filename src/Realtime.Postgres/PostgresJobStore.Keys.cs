using NpgsqlTypes;
using Realtime.Jobs;

namespace Realtime.Postgres;

public sealed partial class PostgresJobStore
{
    private const int KeyLocks = 1;
    private const int QueueLocks = 2;

    // A transaction takes one lock per number at most, so that no batch is too large for the server's table of locks.
    private const int LockNumbers = 1024;

    private async ValueTask<IReadOnlyList<EnqueueResult>> InsertKeyedAsync(IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        _ = Writer;
        var (results, moves) = await _database.TransactAsync(
            async session =>
            {
                var moves = new List<JobMove>();
                return (await InsertKeyedAsync(session, jobs, moves, cancellationToken), moves);
            },
            repeats: 0,
            cancellationToken);
        TellMoved(moves);
        return results;
    }

    // Whoever adds a job with a key holds the key's lock until the end of the transaction, so what is looked up here still holds then.
    private async ValueTask<IReadOnlyList<EnqueueResult>> InsertKeyedAsync(
        PostgresSession session, IReadOnlyList<JobSpec> jobs, List<JobMove> moves, CancellationToken cancellationToken)
    {
        await LockAsync(session, KeyLocks, jobs.SelectMany(static job => new[] { job.UniqueKey, job.IdempotencyKey }), cancellationToken);
        var holders = await HoldersAsync(session, jobs, cancellationToken);
        var known = await KnownAsync(session, jobs, cancellationToken);
        if (jobs.Count > 1
            && BatchConflicts.Find(jobs, key => holders.TryGetValue(key, out var holder) ? holder.Id : null, known.ContainsKey) is { } rejected)
        {
            return rejected;
        }
        var (results, added, replaced) = (new EnqueueResult[jobs.Count], new List<JobSpec>(), new List<Guid>());
        for (var index = 0; index < results.Length; index++)
        {
            results[index] = Decide(jobs[index], holders, known, added, replaced);
        }
        if (replaced.Count > 0)
        {
            foreach (var id in replaced)
            {
                moves.AddRange(await CancelTreeAsync(session, id));
            }
            // One that runs goes on without its key.
            await session.RunAsync(batch => batch.Add(_sql.GiveUpKeys).WithMany(NpgsqlDbType.Uuid, replaced, static id => id), cancellationToken);
        }
        if (added.Count > 0)
        {
            JobSpec[] once = [.. added.Where(static job => job.IdempotencyKey is not null)];
            // Jobs that were added and replaced in one go come in without the key, and are cancelled.
            Guid[] brief = [.. added.Select(static job => job.Id).Intersect(replaced)];
            await session.RunAsync(
                batch =>
                {
                    if (once.Length > 0)
                    {
                        batch.Add(_sql.AddKeys).WithMany(NpgsqlDbType.Text, once, static job => job.IdempotencyKey).WithMany(NpgsqlDbType.Uuid, once, static job => job.Id);
                    }
                    Fill(batch, added, keyless: brief);
                    if (brief.Length > 0)
                    {
                        batch.Add(_sql.CancelWaiting).With(Now).With(NpgsqlDbType.Array | NpgsqlDbType.Uuid, brief);
                    }
                },
                cancellationToken);
        }
        return results;
    }

    private static EnqueueResult Decide(
        JobSpec job, Dictionary<string, (Guid Id, JobState State)> holders, Dictionary<string, Guid> known, List<JobSpec> added, List<Guid> replaced)
    {
        if (job.IdempotencyKey is { } once && known.TryGetValue(once, out var first))
        {
            return new EnqueueResult(first, EnqueueStatus.Existing);
        }
        (Guid Id, JobState State)? before = null;
        if (job.UniqueKey is { } key && holders.TryGetValue(key, out var holder))
        {
            if (job.OnConflict != UniqueConflict.Replace)
            {
                return new EnqueueResult(holder.Id, job.OnConflict == UniqueConflict.Reject ? EnqueueStatus.Rejected : EnqueueStatus.Existing);
            }
            before = holder;
            replaced.Add(holder.Id);
        }
        added.Add(job);
        if (job.UniqueKey is not null)
        {
            holders[job.UniqueKey] = (job.Id, JobState.Available);
        }
        if (job.IdempotencyKey is not null)
        {
            known[job.IdempotencyKey] = job.Id;
        }
        return new EnqueueResult(
            job.Id, EnqueueStatus.Added, before?.Id, before?.State == JobState.Running ? JobState.Running : JobState.Cancelled);
    }

    private async ValueTask<Dictionary<string, (Guid Id, JobState State)>> HoldersAsync(
        PostgresSession session, IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        string[] keys = [.. jobs.Select(static job => job.UniqueKey).OfType<string>().Distinct()];
        if (keys.Length == 0)
        {
            return [];
        }
        var holders = await session.ListAsync(
            batch => batch.Add(_sql.Holders).With(NpgsqlDbType.Array | NpgsqlDbType.Text, keys),
            static row => (Key: row.GetString(0), Id: row.GetGuid(1), State: (JobState)row.GetInt16(2)),
            cancellationToken);
        return holders.ToDictionary(static holder => holder.Key, static holder => (holder.Id, holder.State));
    }

    private async ValueTask<Dictionary<string, Guid>> KnownAsync(PostgresSession session, IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        string[] keys = [.. jobs.Select(static job => job.IdempotencyKey).OfType<string>().Distinct()];
        if (keys.Length == 0)
        {
            return [];
        }
        var known = await session.ListAsync(
            batch => batch.Add(_sql.Known).With(NpgsqlDbType.Array | NpgsqlDbType.Text, keys), static row => (Key: row.GetString(0), Job: row.GetGuid(1)), cancellationToken);
        return known.ToDictionary(static pair => pair.Key, static pair => pair.Job);
    }

    /// <summary>Takes the locks of names, in order, so that no two wait for each other.</summary>
    private async ValueTask LockAsync(PostgresSession session, int kind, IEnumerable<string?> names, CancellationToken cancellationToken)
    {
        int[] numbers = [.. names.OfType<string>().Select(LockNumber).Distinct().Order()];
        if (numbers.Length > 0)
        {
            await session.RunAsync(batch => batch.Add(_sql.TakeLocks).With(kind).With(NpgsqlDbType.Array | NpgsqlDbType.Integer, numbers), cancellationToken);
        }
    }

    // FNV-1a: the same in every process.
    private static int LockNumber(string name)
    {
        var hash = 2_166_136_261u;
        foreach (var letter in name)
        {
            hash = (hash ^ letter) * 16_777_619u;
        }
        return (int)(hash % LockNumbers);
    }
}

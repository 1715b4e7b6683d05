using System.Data.Common;
using Microsoft.Data.Sqlite;
using Realtime.Jobs;

namespace Realtime.Sqlite;

public sealed partial class SqliteJobStore
{
    /// <inheritdoc/>
    public ValueTask<EnqueueResult> EnqueueAsync(JobSpec job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return MayReplace(job)
            ? EnqueueReplacingAsync(job, cancellationToken)
            : Writer.RunAsync(database => Insert(database, job, Now), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        List<JobMove>? moves = null;
        return Writer.RunAsync(
            database =>
            {
                moves = null;
                return Insert(database, jobs, Now, ref moves);
            },
            cancellationToken,
            jobs.Any(MayReplace) ? _ => TellMoved(moves) : null);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The transaction is one of Microsoft.Data.Sqlite, on a connection to the store's file. It holds the file's write lock from its first
    /// write to its end: keep it short, for every worker waits for it.
    /// </remarks>
    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<JobSpec> jobs, DbTransaction transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(transaction);
        _fileName ??= await Reader.RunAsync(static database => database.FileName, cancellationToken);
        if (transaction is not SqliteTransaction { Connection.Handle: { } handle })
        {
            throw new JobStoreException($"A transaction of {transaction.GetType().Name} cannot enqueue into the SQLite file {_file.Path}: begin one on a SqliteConnection (Microsoft.Data.Sqlite) to that file, and enqueue before it ends.");
        }
        // The statements end with the call: the connection is not ours, and cannot be closed while they live.
        using var database = new SqliteDatabase(_file, handle);
        if (database.FileName != _fileName)
        {
            throw new JobStoreException($"The transaction is one of {database.FileName}, but jobs are kept in {_fileName}: keep both in one file, or enqueue once the transaction is committed.");
        }
        List<JobMove>? moves = null;
        return Insert(database, jobs, Now, ref moves);
    }

    private ValueTask<EnqueueResult> EnqueueReplacingAsync(JobSpec job, CancellationToken cancellationToken)
    {
        List<JobMove>? moves = null;
        return Writer.RunAsync(
            database =>
            {
                moves = null;
                return Insert(database, job, Now, ref moves);
            },
            cancellationToken,
            _ => TellMoved(moves));
    }

    private static bool MayReplace(JobSpec job) => job.OnConflict == UniqueConflict.Replace && job.UniqueKey is not null;

    private static IReadOnlyList<EnqueueResult> Insert(SqliteDatabase database, IReadOnlyList<JobSpec> jobs, long now, ref List<JobMove>? moves)
    {
        if (BatchConflicts.Find(jobs, key => Holder(database, key)?.Id, key => Known(database, key) is not null) is { } rejected)
        {
            return rejected;
        }
        var results = new EnqueueResult[jobs.Count];
        for (var index = 0; index < results.Length; index++)
        {
            results[index] = Insert(database, jobs[index], now, ref moves);
        }
        return results;
    }

    private static EnqueueResult Insert(SqliteDatabase database, JobSpec job, long now)
    {
        List<JobMove>? none = null;
        return Insert(database, job, now, ref none);
    }

    // Writers come one after the other, so what is looked up here still holds when it is written.
    private static EnqueueResult Insert(SqliteDatabase database, JobSpec job, long now, ref List<JobMove>? moves)
    {
        if (job.IdempotencyKey is { } once && Known(database, once) is { } known)
        {
            return new EnqueueResult(known, EnqueueStatus.Existing);
        }
        (Guid Id, JobState State)? replaced = null;
        if (job.UniqueKey is { } key && Holder(database, key) is { } holder)
        {
            if (job.OnConflict != UniqueConflict.Replace)
            {
                return new EnqueueResult(holder.Id, job.OnConflict == UniqueConflict.Reject ? EnqueueStatus.Rejected : EnqueueStatus.Existing);
            }
            if (CancelTree(database, holder.Id, now) is { } moved)
            {
                (moves ??= []).AddRange(moved);
            }
            // One that runs goes on without its key.
            database.Prepare("UPDATE realtime_jobs SET unique_key = NULL WHERE id = ?1 AND state = 2").Bind(1, holder.Id).Run();
            replaced = (holder.Id, holder.State == JobState.Running ? JobState.Running : JobState.Cancelled);
        }
        var due = job.DueAt?.UtcTicks;
        database.Prepare("""
            INSERT INTO realtime_jobs (id, name, queue, priority, state, attempt, max_attempts, args, enqueued, due, retention, cancel, unique_key, idempotency_key, limit_key, tags, headers, retention_failed, retention_cancelled)
            VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
            """)
            .Bind(1, job.Id).Bind(2, job.Name).Bind(3, job.Queue).Bind(4, job.Priority)
            .Bind(5, (long)(due > now ? JobState.Scheduled : JobState.Available)).Bind(6, job.MaxAttempts).Bind(7, job.Args)
            .Bind(8, job.EnqueuedAt.UtcTicks).Bind(9, due).Bind(10, Math.Min(job.Retention.Ticks, LongestRetention))
            .Bind(11, job.UniqueKey).Bind(12, job.IdempotencyKey).Bind(13, job.LimitKey).Bind(14, SqliteTags.Write(job.Tags))
            .Bind(15, JobHeaders.Write(job.Headers)).Bind(16, Cap(job.FailedRetention)).Bind(17, Cap(job.CancelledRetention)).Run();
        foreach (var tag in job.Tags)
        {
            database.Prepare("INSERT INTO realtime_job_tags (tag, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING").Bind(1, tag).Bind(2, job.Id).Run();
        }
        return new EnqueueResult(job.Id, EnqueueStatus.Added, replaced?.Id, replaced?.State ?? JobState.Cancelled);
    }

    private static long? Cap(TimeSpan? retention) => retention is { } some ? Math.Min(some.Ticks, LongestRetention) : null;

    private static Guid? Known(SqliteDatabase database, string idempotencyKey)
    {
        var find = database.Prepare("SELECT id FROM realtime_jobs WHERE idempotency_key = ?1").Bind(1, idempotencyKey);
        Guid? id = find.Step() ? find.Guid(0) : null;
        find.Reset();
        return id;
    }

    private static (Guid Id, JobState State)? Holder(SqliteDatabase database, string uniqueKey)
    {
        var find = database.Prepare("SELECT id, state FROM realtime_jobs WHERE unique_key = ?1 AND state < 3").Bind(1, uniqueKey);
        (Guid, JobState)? holder = find.Step() ? (find.Guid(0), (JobState)find.Int64(1)) : null;
        find.Reset();
        return holder;
    }
}

using System.Data.Common;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Realtime.Jobs;

namespace Realtime.Postgres;

public sealed partial class PostgresJobStore
{
    /// <inheritdoc/>
    public async ValueTask<EnqueueResult> EnqueueAsync(JobSpec job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        EnqueueResult result;
        if (HasKey(job))
        {
            result = (await InsertKeyedAsync([job], cancellationToken))[0];
        }
        else
        {
            await Writer.EnqueueAsync(job, cancellationToken);
            result = new EnqueueResult(job.Id, EnqueueStatus.Added);
        }
        _hints.Send(HintOf(job));
        return result;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        _ = Writer;
        if (jobs.Count == 0)
        {
            return [];
        }
        if (jobs.Any(HasKey))
        {
            var results = await InsertKeyedAsync(jobs, cancellationToken);
            _hints.Send(HintOf(jobs));
            return results;
        }
        await InsertAsync(jobs, cancellationToken);
        _hints.Send(HintOf(jobs));
        return [.. jobs.Select(static job => new EnqueueResult(job.Id, EnqueueStatus.Added))];
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<JobSpec> jobs, DbTransaction transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction is not NpgsqlTransaction { Connection: { } connection } own)
        {
            throw new JobStoreException("Jobs are kept in PostgreSQL: give an open NpgsqlTransaction on the database they are in.");
        }
        try
        {
            var session = new PostgresSession(connection, own);
            await RequireOwnDatabaseAsync(connection, session, cancellationToken);
            var results = jobs.Any(HasKey) ? await InsertKeyedAsync(session, jobs, [], cancellationToken) : await InsertPlainAsync(session, jobs, cancellationToken);
            if (_options.HasHints)
            {
                // Heard when the transaction commits, once however often it is said.
                await session.RunAsync(batch => batch.Add(HintSender.Notify).With(Channel).With(_hints.Payload(HintOf(jobs))), cancellationToken);
            }
            return results;
        }
        catch (InvalidOperationException exception)
        {
            throw new JobStoreException($"The transaction cannot be used: {exception.Message} Give an open NpgsqlTransaction.", exception);
        }
        catch (Exception exception) when (exception is NpgsqlException or ArgumentException)
        {
            throw PostgresErrors.Describe(exception);
        }
    }

    /// <summary>Checks that a caller's connection is to the database that the jobs are in, by whatever name and way it came there.</summary>
    private async ValueTask RequireOwnDatabaseAsync(NpgsqlConnection connection, PostgresSession session, CancellationToken cancellationToken)
    {
        var place = $"{connection.DataSource} {connection.Database}";
        if (_known.ContainsKey(place))
        {
            return;
        }
        var theirs = await session.RunAsync(batch => batch.Add(_sql.Identity), ReadIdentityAsync, cancellationToken);
        var (ours, name) = await _database.RunAsync(
            batch => batch.Add(_sql.Identity), async reader => (await ReadIdentityAsync(reader), reader.GetString(1)), cancellationToken);
        if (ours != theirs)
        {
            throw new JobStoreException(
                $"The transaction is one of the database '{connection.Database}' ({connection.DataSource}), but jobs are kept in another one, '{name}': the job could not come and go with it. Keep both in one database, or enqueue once the transaction is committed.");
        }
        _known.TryAdd(place, true);

        static async ValueTask<string> ReadIdentityAsync(NpgsqlDataReader reader)
        {
            await reader.ReadAsync(CancellationToken.None);
            return reader.GetString(0);
        }
    }

    private static TimeSpan? Cap(TimeSpan? retention) => retention > LongestRetention ? LongestRetention : retention;

    private static bool HasKey(JobSpec job) => job.UniqueKey is not null || job.IdempotencyKey is not null;

    private static bool HasDetails(JobSpec job) => HasKey(job) || job.LimitKey is not null || job.Tags.Count > 0 || job.Headers is not null
        || job.Parent is not null || job.Flow is not null;

    private static JobHints HintOf(JobSpec job) => job.DueAt is null ? JobHints.Available : JobHints.Scheduled | JobHints.Available;

    private static JobHints HintOf(IReadOnlyList<JobSpec> jobs) => jobs.Aggregate(JobHints.None, static (hints, job) => hints | HintOf(job));

    private async ValueTask<IReadOnlyList<EnqueueResult>> InsertPlainAsync(PostgresSession session, IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        await session.RunAsync(batch => Fill(batch, jobs), cancellationToken);
        return [.. jobs.Select(static job => new EnqueueResult(job.Id, EnqueueStatus.Added))];
    }

    /// <summary>Inserts jobs without keys, all or none. Those that a lost connection left behind are not inserted again.</summary>
    private async ValueTask InsertAsync(IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        try
        {
            await _database.RunOnceAsync(batch => Fill(batch, jobs), static _ => new ValueTask<bool>(true), cancellationToken);
        }
        catch (JobStoreException exception) when (exception.InnerException is { } inner && PostgresErrors.IsLoss(inner))
        {
            // The server may be back already, and either all of them are there or none.
            Guid[] first = [jobs[0].Id];
            var stored = await ListAsync(
                batch => batch.Add(_sql.Stored).With(NpgsqlDbType.Array | NpgsqlDbType.Uuid, first), static reader => reader.GetGuid(0), cancellationToken);
            if (stored.Count == 0)
            {
                await _database.RunOnceAsync(batch => Fill(batch, jobs), static _ => new ValueTask<bool>(true), cancellationToken);
            }
        }
    }

    private void Fill(NpgsqlBatch batch, IReadOnlyList<JobSpec> jobs, HashSet<Guid>? waiting = null, Guid[]? keyless = null)
    {
        var detailed = waiting is not null || jobs.Any(HasDetails);
        for (var first = 0; first < jobs.Count; first += MostAtOnce)
        {
            var part = jobs.Count <= MostAtOnce ? jobs : [.. jobs.Skip(first).Take(MostAtOnce)];
            var parameters = batch.Add(detailed ? _sql.InsertDetailed : _sql.Insert)
                .With(Now)
                .WithMany(NpgsqlDbType.Uuid, part, static job => job.Id)
                .WithMany(NpgsqlDbType.Text, part, static job => job.Name)
                .WithMany(NpgsqlDbType.Text, part, static job => job.Queue)
                .WithMany(NpgsqlDbType.Integer, part, static job => job.Priority)
                .WithMany(NpgsqlDbType.Integer, part, static job => job.MaxAttempts)
                .WithMany(NpgsqlDbType.Bytea, part, static job => job.Args)
                .WithMany(NpgsqlDbType.TimestampTz, part, static job => job.EnqueuedAt.UtcDateTime)
                .WithMany(NpgsqlDbType.TimestampTz, part, static job => job.DueAt?.UtcDateTime)
                .WithMany(NpgsqlDbType.Interval, part, static job => Cap(job.Retention))
                .WithMany(NpgsqlDbType.Interval, part, static job => Cap(job.FailedRetention))
                .WithMany(NpgsqlDbType.Interval, part, static job => Cap(job.CancelledRetention));
            if (detailed)
            {
                parameters
                    .WithMany(NpgsqlDbType.Text, part, job => keyless?.Contains(job.Id) is true ? null : job.UniqueKey)
                    .WithMany(NpgsqlDbType.Text, part, static job => job.IdempotencyKey)
                    .WithMany(NpgsqlDbType.Text, part, static job => job.LimitKey)
                    .WithMany(NpgsqlDbType.Uuid, part, static job => job.Parent)
                    .WithMany(NpgsqlDbType.Smallint, part, static job => JobRow.Encode(job.Flow))
                    .WithMany(NpgsqlDbType.Interval, part, static job => job.Flow?.Delay)
                    .WithMany(NpgsqlDbType.Text, part, static job => JobHeaders.Write(job.Headers))
                    .WithMany(NpgsqlDbType.Text, part, static job => job.Tags.Count == 0 ? null : JsonSerializer.Serialize(job.Tags))
                    .WithMany(NpgsqlDbType.Boolean, part, job => waiting?.Contains(job.Id) is true);
            }
        }
    }
}

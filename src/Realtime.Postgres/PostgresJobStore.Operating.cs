using Npgsql;
using NpgsqlTypes;
using Realtime.Jobs;

namespace Realtime.Postgres;

public sealed partial class PostgresJobStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobRecord>> ListAsync(JobFilter filter, int limit, Guid? before, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return ListAsync(batch => Fill(batch, _sql.List(filter), filter, limit, before), JobRow.Read, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<JobState?> RequeueAsync(Guid id, CancellationToken cancellationToken)
    {
        var (state, moves) = await _database.TransactAsync(
            async session =>
            {
                var moves = new List<JobMove>();
                var dead = await session.ListAsync(batch => batch.Add(_sql.DeadKey).With(id), static row => (Id: row.GetGuid(0), Key: JobRow.TextOrNull(row, 1)), cancellationToken);
                await RequeueAsync(session, dead, moves, cancellationToken);
                var states = await session.ListAsync(
                    batch =>
                    {
                        batch.Add(_sql.Hurry).With(id);
                        batch.Add(_sql.State).With(id);
                    },
                    static row => (JobState?)row.GetInt16(0),
                    cancellationToken);
                return (states.FirstOrDefault(), moves);
            },
            repeats: 2,
            cancellationToken);
        _hints.Send(JobHints.Available);
        TellMoved(moves);
        return state;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Guid>> RequeueAsync(JobFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var (requeued, moves) = await _database.TransactAsync(
            async session =>
            {
                var moves = new List<JobMove>();
                var dead = await session.ListAsync(
                    batch => Fill(batch, _sql.Dead(filter), filter, limit, before: null), static row => (Id: row.GetGuid(0), Key: JobRow.TextOrNull(row, 1)), cancellationToken);
                return (await RequeueAsync(session, dead, moves, cancellationToken), moves);
            },
            repeats: 0,
            cancellationToken);
        _hints.Send(JobHints.Available);
        TellMoved(moves);
        return requeued;
    }

    /// <inheritdoc/>
    public ValueTask<int> PurgeAsync(JobFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return _database.RunOnceAsync(
            batch => Fill(batch, _sql.Purge(filter), filter, limit, before: null), static async reader => await reader.ReadAsync() ? (int)reader.GetInt64(0) : 0, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask PauseAsync(string queue, bool paused, CancellationToken cancellationToken)
    {
        await _database.RunAsync(batch => batch.Add(_sql.Pause).With(queue).With(NpgsqlDbType.Boolean, paused), static _ => new ValueTask<bool>(true), cancellationToken);
        _hints.Send(JobHints.Available);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> PausedQueuesAsync(CancellationToken cancellationToken) =>
        ListAsync(batch => batch.Add(_sql.Paused), static row => row.GetString(0), cancellationToken);

    /// <summary>Brings dead jobs back, of several with one unique key the first. Returns those that came.</summary>
    private async ValueTask<List<Guid>> RequeueAsync(
        PostgresSession session, List<(Guid Id, string? Key)> dead, List<JobMove> moves, CancellationToken cancellationToken)
    {
        if (dead.Count == 0)
        {
            return [];
        }
        await LockAsync(session, KeyLocks, dead.Select(static job => job.Key), cancellationToken);
        var keys = new HashSet<string>();
        List<Guid> ids = [.. dead.Where(job => job.Key is null || keys.Add(job.Key)).Select(static job => job.Id)];
        var back = (await session.ListAsync(
            batch => batch.Add(_sql.Requeue).WithMany(NpgsqlDbType.Uuid, ids, static id => id), static row => (Id: row.GetGuid(0), InFlow: row.GetBoolean(1)), cancellationToken))
            .ToDictionary(static job => job.Id, static job => job.InFlow);
        await ReviveAsync(session, back.Where(static job => job.Value).Select(static job => job.Key), moves);
        return [.. ids.Where(back.ContainsKey)];
    }

    /// <summary>Those that were cancelled because of requeued jobs wait for them once more.</summary>
    private async ValueTask ReviveAsync(PostgresSession session, IEnumerable<Guid> requeued, List<JobMove> moves)
    {
        var revived = new Stack<Guid>(requeued);
        while (revived.TryPop(out var before))
        {
            var next = await session.ListAsync(batch => batch.Add(_sql.TakeBack).With(before), static row => row.GetGuid(0));
            if (next.Count == 0)
            {
                continue;
            }
            var waiting = await session.ListAsync(
                batch => batch.Add(_sql.Revive).WithMany(NpgsqlDbType.Uuid, next, static id => id).With(BrokenFlow.Type), static row => (Id: row.GetGuid(0), Name: row.GetString(1)));
            foreach (var (id, name) in waiting)
            {
                moves.Add(new JobMove(id, name, JobState.Waiting, null, null));
                revived.Push(id);
            }
        }
    }

    private static void Fill(NpgsqlBatch batch, string sql, JobFilter filter, int limit, Guid? before) => batch.Add(sql)
        .With(limit)
        .With<object>(NpgsqlDbType.Uuid, before ?? (object)DBNull.Value)
        .With<object>(NpgsqlDbType.Text, filter.Queue ?? (object)DBNull.Value)
        .With<object>(NpgsqlDbType.Text, filter.Name ?? (object)DBNull.Value)
        .With<object>(NpgsqlDbType.Text, filter.Tag ?? (object)DBNull.Value);
}

using NpgsqlTypes;
using Realtime.Jobs;

namespace Realtime.Postgres;

public sealed partial class PostgresJobStore
{
    /// <inheritdoc/>
    public async ValueTask<JobState?> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        var (state, moves) = await _database.TransactAsync(
            async session =>
            {
                var moves = await CancelTreeAsync(session, id);
                var states = await session.ListAsync(batch => batch.Add(_sql.State).With(id), static row => (JobState?)row.GetInt16(0));
                return (states.FirstOrDefault(), moves);
            },
            repeats: 2,
            cancellationToken);
        TellMoved(moves);
        return state;
    }

    /// <inheritdoc/>
    public ValueTask<StageResult> StageAsync(int limit, CancellationToken cancellationToken) => _database.RunAsync(
        batch =>
        {
            batch.Add(_sql.Plan);
            batch.Add(_sql.Stage).With(Now).With(limit);
            batch.Add(_sql.NextDue);
        },
        async reader =>
        {
            await reader.NextResultAsync(CancellationToken.None);
            await reader.ReadAsync(CancellationToken.None);
            var staged = (int)reader.GetInt64(0);
            await reader.NextResultAsync(CancellationToken.None);
            await reader.ReadAsync(CancellationToken.None);
            var due = JobRow.TimeOrNull(reader, 0);
            if (due is not null && _clock is null)
            {
                // On the caller's clock, which goes its own way: it must wait as long as the server has to.
                due = TimeProvider.System.GetUtcNow() + (due.Value - JobRow.Time(reader, 1));
            }
            return new StageResult(staged, due);
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<HeartbeatResult> HeartbeatAsync(JobNode node, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        return _database.RunAsync(
            batch =>
            {
                batch.Add(_sql.IsAlive).With(Now).With(node.Id);
                batch.Add(_sql.Beat).With(Now).With(node.Id).With(node.Host).With(node.ProcessId).With(node.ProcessStart)
                    .With(_claims.TryGetValue(node.Id, out var claims) ? claims.Last : 0).With(NpgsqlDbType.Interval, timeToLive);
                batch.Add(_sql.Marked).With(node.Id);
            },
            static async reader =>
            {
                var renewed = await reader.ReadAsync();
                await reader.NextResultAsync();
                var marked = new List<Guid>();
                while (await reader.ReadAsync())
                {
                    marked.Add(reader.GetGuid(0));
                }
                return new HeartbeatResult(renewed, marked);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RescuedJob>> RescueAsync(IReadOnlyCollection<long> dead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dead);
        long[] known = [.. dead];
        var (rescued, moves) = await _database.TransactAsync(
            async session =>
            {
                var taken = await session.ListAsync(
                    batch =>
                    {
                        batch.Add(_sql.Bury).With(Now).With(NpgsqlDbType.Array | NpgsqlDbType.Bigint, known);
                        batch.Add(_sql.Rescue).With(Now).With(LostWorker.Error.Type).With(LostWorker.Error.Message);
                    },
                    EndedJob.Read,
                    cancellationToken);
                return (taken, await SettleAsync(session, taken, []));
            },
            repeats: 2,
            cancellationToken);
        TellMoved(moves);
        return rescued.ConvertAll(static job => new RescuedJob(job.Id, job.State));
    }

    /// <inheritdoc/>
    public async ValueTask RetireAsync(long node, CancellationToken cancellationToken)
    {
        var moves = await _database.TransactAsync(
            async session =>
            {
                var ended = await session.ListAsync(
                    batch =>
                    {
                        // The lease first: behind it no claim gets anything that would be left behind.
                        batch.Add(_sql.Leave).With(node);
                        batch.Add(_sql.Retire).With(Now).With(node);
                    },
                    EndedJob.Read,
                    cancellationToken);
                return await SettleAsync(session, ended, []);
            },
            repeats: 2,
            cancellationToken);
        _claims.TryRemove(node, out _);
        TellMoved(moves);
        _hints.Send(JobHints.Available);
    }

    /// <inheritdoc/>
    public ValueTask<int> PruneAsync(int limit, CancellationToken cancellationToken) => _database.RunAsync(
        batch => batch.Add(_sql.Prune).With(Now).With(limit),
        static async reader => await reader.ReadAsync() ? (int)reader.GetInt64(0) : 0,
        cancellationToken);
}

using NpgsqlTypes;
using Realtime.Jobs;

namespace Realtime.Postgres;

public sealed partial class PostgresJobStore
{
    /// <inheritdoc/>
    public Action<IReadOnlyList<JobMove>>? Moved { get; set; }

    /// <inheritdoc/>
    public async ValueTask EnqueueFlowAsync(IReadOnlyList<JobSpec> jobs, IReadOnlyList<JobLink> links, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(links);
        _ = Writer;
        var moves = await _database.TransactAsync(
            async session =>
            {
                var cancelled = await CancelledParentsAsync(session, jobs, cancellationToken);
                await session.RunAsync(
                    batch =>
                    {
                        Fill(batch, jobs, [.. links.Select(static link => link.After)]);
                        if (links.Count > 0)
                        {
                            batch.Add(_sql.AddLinks).WithMany(NpgsqlDbType.Uuid, links, static link => link.After).WithMany(NpgsqlDbType.Uuid, links, static link => link.Before);
                        }
                    },
                    cancellationToken);
                var born = new List<Guid>();
                foreach (var job in jobs.Where(job => job.Parent is { } parent && cancelled.Contains(parent)))
                {
                    // Those under it come behind it.
                    cancelled.Add(job.Id);
                    born.Add(job.Id);
                }
                return born.Count == 0 ? [] : await SettleAsync(session, await CancelWaitingAsync(session, [.. born]), []);
            },
            repeats: 0,
            cancellationToken);
        _hints.Send(HintOf(jobs));
        TellMoved(moves);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LinkedJob>> InputsAsync(Guid id, CancellationToken cancellationToken) => ListAsync(
        batch => batch.Add(_sql.Inputs).With(id),
        static row => new LinkedJob(
            row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : (JobState)row.GetInt16(2), row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3), JobRow.Error(row, 4)),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobRecord>> ChildrenAsync(Guid parent, int limit, CancellationToken cancellationToken) =>
        ListAsync(batch => batch.Add(_sql.Children).With(parent).With(limit), JobRow.Read, cancellationToken);

    /// <summary>Cancels a job and all that is under it. Returns what became of those under it.</summary>
    private async ValueTask<List<JobMove>> CancelTreeAsync(PostgresSession session, Guid id)
    {
        Guid[] tree = [];
        while (true)
        {
            // Again until it no longer grows: what is enqueued under a job waits for its lock, or is seen when it is there.
            var locked = await session.ListAsync(batch => batch.Add(_sql.LockTree).With(id), static row => row.GetGuid(0));
            if (locked.Count == tree.Length)
            {
                break;
            }
            tree = [.. locked];
        }
        // All are cancelled before their ends are handed on, so that none of them starts another.
        var ended = await CancelWaitingAsync(session, tree);
        var marked = await session.ListAsync(
            batch => batch.Add(_sql.MarkCancelled).With(NpgsqlDbType.Array | NpgsqlDbType.Uuid, tree), static row => (Id: row.GetGuid(0), Name: row.GetString(1)));
        List<JobMove> moves =
        [
            .. ended.Select(static job => new JobMove(job.Id, job.Job.Name, job.State, null, null)),
            .. marked.Select(static job => new JobMove(job.Id, job.Name, JobState.Running, null, null)),
        ];
        moves.RemoveAll(move => move.Id == id);
        return await SettleAsync(session, ended, moves);
    }

    private ValueTask<List<EndedJob>> CancelWaitingAsync(PostgresSession session, Guid[] ids) =>
        session.ListAsync(batch => batch.Add(_sql.CancelWaiting).With(Now).With(NpgsqlDbType.Array | NpgsqlDbType.Uuid, ids), EndedJob.Read);

    private async ValueTask<HashSet<Guid>> CancelledParentsAsync(PostgresSession session, IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        Guid[] parents = [.. jobs.Select(static job => job.Parent).OfType<Guid>().Distinct()];
        if (parents.Length == 0)
        {
            return [];
        }
        var living = await session.ListAsync(
            batch => batch.Add(_sql.LockParents).With(NpgsqlDbType.Array | NpgsqlDbType.Uuid, parents), static row => (Id: row.GetGuid(0), Cancel: row.GetBoolean(1)), cancellationToken);
        var finished = await session.ListAsync(
            batch => batch.Add(_sql.CancelledParents).With(NpgsqlDbType.Array | NpgsqlDbType.Uuid, parents), static row => row.GetGuid(0), cancellationToken);
        return [.. living.Where(static parent => parent.Cancel).Select(static parent => parent.Id), .. finished];
    }

    /// <summary>Hands the ends of jobs of flows on to those that wait for them, in the transaction that records these ends.</summary>
    /// <returns>What came of it, behind what was there.</returns>
    private async ValueTask<List<JobMove>> SettleAsync(PostgresSession session, IEnumerable<EndedJob> ended, List<JobMove> moves)
    {
        var level = ended.Where(static job => job.InFlow && job.State >= JobState.Succeeded).Select(static job => job.Job).ToList();
        while (level.Count > 0)
        {
            level = await HandOnAsync(session, level, moves);
        }
        return moves;
    }

    private async ValueTask<List<LinkedJob>> HandOnAsync(PostgresSession session, List<LinkedJob> ended, List<JobMove> moves)
    {
        var told = await session.ListAsync(
            batch => batch.Add(_sql.HandOn)
                .WithMany(NpgsqlDbType.Uuid, ended, static job => job.Id)
                .WithMany(NpgsqlDbType.Smallint, ended, static job => (short)job.State!)
                .WithMany(NpgsqlDbType.Text, ended, static job => job.Name)
                .WithMany(NpgsqlDbType.Bytea, ended, static job => job.Result)
                .WithMany(NpgsqlDbType.Text, ended, static job => job.State == JobState.Succeeded ? null : job.Error?.Type)
                .WithMany(NpgsqlDbType.Text, ended, static job => job.State == JobState.Succeeded ? null : job.Error?.Message),
            static row => (After: row.GetGuid(0), Before: row.GetGuid(1)));
        if (told.Count == 0)
        {
            return [];
        }
        Guid[] next = [.. told.Select(static link => link.After).Distinct()];
        var waiting = await session.ListAsync(
            batch => batch.Add(_sql.LockWaiting).With(NpgsqlDbType.Array | NpgsqlDbType.Uuid, next), static row => (Id: row.GetGuid(0), Flow: row.GetInt16(1)));
        var bad = ended.Where(static job => job.State != JobState.Succeeded).ToDictionary(static job => job.Id);
        var (broken, released) = (new List<(Guid Id, JobError Error)>(), new List<Guid>());
        foreach (var (id, flow) in waiting)
        {
            var reason = JobRow.RunsEvenIfFailed(flow) ? null : told.Where(link => link.After == id && bad.ContainsKey(link.Before)).Select(link => bad[link.Before]).FirstOrDefault();
            if (reason is null)
            {
                released.Add(id);
            }
            else
            {
                broken.Add((id, BrokenFlow.Error(reason.Id, reason.Name, reason.State!.Value, reason.Error)));
            }
        }
        await ReleaseAsync(session, released, moves);
        return await BreakAsync(session, broken, moves);
    }

    private async ValueTask ReleaseAsync(PostgresSession session, List<Guid> ids, List<JobMove> moves)
    {
        if (ids.Count > 0)
        {
            moves.AddRange(await session.ListAsync(
                batch => batch.Add(_sql.Release).With(Now).WithMany(NpgsqlDbType.Uuid, ids, static id => id),
                static row => new JobMove(row.GetGuid(0), row.GetString(1), (JobState)row.GetInt16(2), JobRow.TimeOrNull(row, 3), null)));
        }
    }

    private async ValueTask<List<LinkedJob>> BreakAsync(PostgresSession session, List<(Guid Id, JobError Error)> broken, List<JobMove> moves)
    {
        if (broken.Count == 0)
        {
            return [];
        }
        var ended = await session.ListAsync(
            batch => batch.Add(_sql.Break).With(Now)
                .WithMany(NpgsqlDbType.Uuid, broken, static job => job.Id)
                .WithMany(NpgsqlDbType.Text, broken, static job => job.Error.Type)
                .WithMany(NpgsqlDbType.Text, broken, static job => job.Error.Message),
            EndedJob.Read);
        moves.AddRange(ended.Select(static job => new JobMove(job.Id, job.Job.Name, JobState.Cancelled, null, job.Job.Error)));
        return ended.ConvertAll(static job => job.Job);
    }

    private void TellMoved(List<JobMove> moves)
    {
        if (moves.Count > 0)
        {
            _hints.Send(JobHints.Available | JobHints.Scheduled);
            Moved?.Invoke(moves);
        }
    }
}

using Npgsql;
using NpgsqlTypes;
using Realtime.Jobs;

namespace Realtime.Postgres;

/// <summary>One claim of a node, under its number.</summary>
internal sealed class PostgresClaim(PostgresJobSql sql, NodeClaims claims, long node, long number, DateTimeOffset? now)
{
    public long Node => node;

    public DateTimeOffset? Now => now;

    public QueueTurn TurnOf(string queue) => claims.TurnOf(queue);

    /// <summary>What every claim begins with. One result comes of it.</summary>
    public void FillBegin(NpgsqlBatch batch)
    {
        batch.Add(sql.Plan);
        batch.Add(sql.BeginClaim).With(node).With(number);
    }

    /// <summary>Claims the oldest jobs of the highest priorities, with a share from behind them.</summary>
    public void Fill(NpgsqlBatch batch, string queue, int count)
    {
        var turn = claims.TurnOf(queue);
        var share = turn.TakeShare(count);
        var parameters = batch.Add(share == 0 ? sql.Claim : sql.ClaimFairly).With(now).With(node).With(number).With(queue).With(count);
        if (share > 0)
        {
            parameters.With(share).With(turn.Priority ?? int.MaxValue);
        }
    }

    /// <summary>Claims these jobs.</summary>
    public ValueTask<List<JobRecord>> TakeTheseAsync(PostgresSession session, string queue, List<Guid> ids) => session.RunAsync(
        batch => batch.Add(sql.ClaimThese).With(now).With(node).With(number).With(queue).WithMany(NpgsqlDbType.Uuid, ids, static id => id), ReadAsync);

    public ValueTask<List<JobRecord>> TakeAsync(PostgresSession session, string queue, int count) =>
        session.RunAsync(batch => Fill(batch, queue, count), reader => ReadAsync(reader, queue));

    /// <summary>Reads what was claimed, and learns whose turn it is next.</summary>
    public async ValueTask<List<JobRecord>> ReadAsync(NpgsqlDataReader reader, string queue)
    {
        var jobs = await ReadAsync(reader);
        if (jobs.Count > 0 && jobs[^1].Spec.Priority < jobs[0].Spec.Priority)
        {
            claims.TurnOf(queue).Priority = jobs[^1].Spec.Priority;
        }
        else if (jobs.Count == 1 && claims.TurnOf(queue) is { } turn)
        {
            turn.Priority = jobs[0].Spec.Priority;
        }
        return jobs;
    }

    public static async ValueTask<List<JobRecord>> ReadAsync(NpgsqlDataReader reader)
    {
        var claimed = new List<(JobRecord Job, long Sequence)>();
        while (await reader.ReadAsync())
        {
            claimed.Add((JobRow.Read(reader), JobRow.Sequence(reader)));
        }
        // RETURNING promises no order.
        claimed.Sort(static (one, other) =>
            one.Job.Spec.Priority != other.Job.Spec.Priority ? other.Job.Spec.Priority.CompareTo(one.Job.Spec.Priority) : one.Sequence.CompareTo(other.Sequence));
        return claimed.ConvertAll(static pair => pair.Job);
    }
}

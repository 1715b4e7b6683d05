using NpgsqlTypes;
using Realtime.Jobs;

namespace Realtime.Postgres;

public sealed partial class PostgresJobStore
{
    /// <inheritdoc/>
    public async ValueTask<ClaimResult> ClaimAsync(long node, IReadOnlyList<QueueDemand> demand, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(demand);
        var claims = _claims.GetOrAdd(node, static _ => new NodeClaims());
        await claims.Gate.WaitAsync(cancellationToken);
        try
        {
            long[] unanswered = [.. claims.Unanswered];
            var claim = new PostgresClaim(_sql, claims, node, claims.Begin(), Now);
            // Not cancelled once it is under way: what it claimed would wait for the next claim.
            var result = unanswered.Length > 0 ? new ClaimResult(await ClaimedAsync(claim, unanswered), [])
                : demand.Any(static one => one.Limits is not null) ? await _database.TransactAsync(session => ClaimWithLimitsAsync(session, claim, demand), repeats: 0, CancellationToken.None)
                : new ClaimResult(await ClaimAsync(claim, demand), []);
            claims.Answered();
            return result;
        }
        finally
        {
            claims.Gate.Release();
        }
    }

    private ValueTask<IReadOnlyList<JobRecord>> ClaimAsync(PostgresClaim claim, IReadOnlyList<QueueDemand> demand) => _database.RunOnceAsync<IReadOnlyList<JobRecord>>(
        batch =>
        {
            claim.FillBegin(batch);
            foreach (var one in demand)
            {
                claim.Fill(batch, one.Queue, one.Count);
            }
        },
        async reader =>
        {
            var jobs = new List<JobRecord>();
            foreach (var one in demand)
            {
                await reader.NextResultAsync(CancellationToken.None);
                jobs.AddRange(await claim.ReadAsync(reader, one.Queue));
            }
            return jobs;
        },
        CancellationToken.None);

    private ValueTask<IReadOnlyList<JobRecord>> ClaimedAsync(PostgresClaim claim, long[] unanswered) => _database.RunOnceAsync<IReadOnlyList<JobRecord>>(
        batch =>
        {
            // First: behind it no earlier claim can still get anything, so that what is read of them is final.
            claim.FillBegin(batch);
            batch.Add(_sql.Claimed).With(claim.Node).With(NpgsqlDbType.Array | NpgsqlDbType.Bigint, unanswered);
        },
        async reader =>
        {
            await reader.NextResultAsync(CancellationToken.None);
            return await PostgresClaim.ReadAsync(reader);
        },
        CancellationToken.None);

    private async ValueTask<ClaimResult> ClaimWithLimitsAsync(PostgresSession session, PostgresClaim claim, IReadOnlyList<QueueDemand> demand)
    {
        // All nodes keep to the limits together, so they claim from such queues one after the other.
        await LockAsync(session, QueueLocks, demand.Where(static one => one.Limits is not null).Select(static one => one.Queue), CancellationToken.None);
        await session.RunAsync(claim.FillBegin);
        var (jobs, held) = (new List<JobRecord>(), new List<HeldQueue>());
        foreach (var one in demand)
        {
            if (one.Limits is null)
            {
                jobs.AddRange(await claim.TakeAsync(session, one.Queue, one.Count));
            }
            else if (await new LimitedClaim(_sql, session, claim, one).RunAsync(jobs) is { } wait)
            {
                held.Add(new HeldQueue(one.Queue, wait));
            }
        }
        return new ClaimResult(jobs, held);
    }
}

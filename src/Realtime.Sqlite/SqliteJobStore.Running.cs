using Realtime.Jobs;

namespace Realtime.Sqlite;

public sealed partial class SqliteJobStore
{
    private const string Fence = "WHERE id = ?1 AND attempt = ?2 AND node = ?3 AND state = 2";

    // What an attempt leaves behind besides the state: 4 to 6 the error, 7 and 8 the progress. Null keeps what is there.
    private const string Traces = """
        error_type = coalesce(?4, error_type),
        error_message = CASE WHEN ?4 IS NULL THEN error_message ELSE ?5 END,
        error_stack = CASE WHEN ?4 IS NULL THEN error_stack ELSE ?6 END,
        progress = coalesce(?7, progress),
        message = CASE WHEN ?7 IS NULL THEN message ELSE ?8 END
        """;

    private const string Finish = $"""
        UPDATE realtime_jobs SET state = ?9, node = NULL, result = ?10, finished = ?11, expires = ?11 + retention, {Traces} {Fence}
        """;

    // To be tried again at ?9, or handed back with one more attempt where that is NULL. A cancel mark beats both.
    private const string Return = $"""
        UPDATE realtime_jobs SET
            state = CASE WHEN cancel = 1 THEN 5 WHEN ?9 > ?11 THEN 1 ELSE 0 END,
            max_attempts = max_attempts + (?9 IS NULL),
            due = coalesce(?9, due),
            finished = CASE WHEN cancel = 1 THEN ?11 END,
            expires = CASE WHEN cancel = 1 THEN ?11 + retention END,
            node = NULL, {Traces}
        {Fence} RETURNING state
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobRecord>> ClaimAsync(long node, IReadOnlyList<QueueDemand> demand, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(demand);
        // A copy: the caller may reuse its list while a cancelled call is still queued here.
        QueueDemand[] wanted = [.. demand];
        return Writer.RunAsync<IReadOnlyList<JobRecord>>(database => Claim(database, node, wanted, Now), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobState?>> CompleteAsync(long node, IReadOnlyList<JobOutcome> outcomes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        List<JobMove>? moves = null;
        return Writer.RunAsync<IReadOnlyList<JobState?>>(
            database =>
            {
                var now = Now;
                var states = new JobState?[outcomes.Count];
                for (var index = 0; index < states.Length; index++)
                {
                    states[index] = Complete(database, node, outcomes[index], now);
                }
                moves = Settle(database, now);
                return states;
            },
            cancellationToken,
            _ => TellMoved(moves));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<bool>> ReportAsync(long node, IReadOnlyList<JobProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        return Writer.RunAsync<IReadOnlyList<bool>>(
            database =>
            {
                var held = new bool[progress.Count];
                for (var index = 0; index < held.Length; index++)
                {
                    var (id, attempt, fraction, message) = progress[index];
                    held[index] = database.Prepare($"UPDATE realtime_jobs SET progress = ?4, message = ?5 {Fence}")
                        .Bind(1, id).Bind(2, attempt).Bind(3, node).Bind(4, (double?)fraction).Bind(5, message).Run() == 1;
                }
                return held;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> SaveStepAsync(long node, Guid id, int attempt, string step, byte[] result, CancellationToken cancellationToken) =>
        Writer.RunAsync(
            database =>
            {
                var find = database.Prepare($"SELECT seq FROM realtime_jobs {Fence}").Bind(1, id).Bind(2, attempt).Bind(3, node);
                if (!find.Step())
                {
                    return false;
                }
                var job = find.Int64(0);
                find.Reset();
                database.Prepare("INSERT INTO realtime_job_steps (job, name, result) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
                    .Bind(1, job).Bind(2, step).Bind(3, result).Run();
                return true;
            },
            cancellationToken);

    private static List<JobRecord> Claim(SqliteDatabase database, long node, QueueDemand[] demand, long now)
    {
        var claimed = new List<JobRecord>();
        var lease = database.Prepare("SELECT 1 FROM realtime_job_nodes WHERE id = ?1 AND expires > ?2").Bind(1, node).Bind(2, now);
        if (!lease.Step())
        {
            return claimed;
        }
        lease.Reset();
        foreach (var (queue, count) in demand)
        {
            var first = claimed.Count;
            var order = new List<long>();
            var claim = database.Prepare($"""
                UPDATE realtime_jobs SET state = 2, attempt = attempt + 1, node = ?1, started = ?2
                WHERE seq IN (SELECT seq FROM realtime_jobs WHERE state = 0 AND queue = ?3 ORDER BY priority DESC, seq LIMIT ?4)
                RETURNING {Columns}
                """).Bind(1, node).Bind(2, now).Bind(3, queue).Bind(4, count);
            while (claim.Step())
            {
                claimed.Add(ReadRecord(claim));
                order.Add(claim.Int64(22));
            }
            Sort(claimed, first, order);
        }
        return claimed;
    }

    // RETURNING promises no order. Rows mostly come by age, so this is a pass over a list that is sorted already.
    private static void Sort(List<JobRecord> claimed, int first, List<long> order)
    {
        var sorted = true;
        for (var index = 1; index < order.Count && sorted; index++)
        {
            var (before, after) = (claimed[first + index - 1].Spec.Priority, claimed[first + index].Spec.Priority);
            sorted = before > after || (before == after && order[index - 1] < order[index]);
        }
        if (sorted)
        {
            return;
        }
        var bySequence = claimed.Skip(first).Zip(order).OrderByDescending(static pair => pair.First.Spec.Priority).ThenBy(static pair => pair.Second);
        JobRecord[] right = [.. bySequence.Select(static pair => pair.First)];
        for (var index = 0; index < right.Length; index++)
        {
            claimed[first + index] = right[index];
        }
    }

    private static JobState? Complete(SqliteDatabase database, long node, JobOutcome outcome, long now)
    {
        if (outcome.State >= JobState.Succeeded)
        {
            var finish = BindTraces(database.Prepare(Finish), node, outcome)
                .Bind(9, (long)outcome.State).Bind(10, outcome.Result).Bind(11, now);
            return finish.Run() == 1 ? outcome.State : null;
        }
        long? due = outcome.State == JobState.Available ? null : outcome.DueAt?.UtcTicks ?? now;
        var give = BindTraces(database.Prepare(Return), node, outcome).Bind(9, due).Bind(11, now);
        JobState? state = give.Step() ? (JobState)give.Int64(0) : null;
        give.Reset();
        return state;
    }

    private static SqliteStatement BindTraces(SqliteStatement statement, long node, JobOutcome outcome) => statement
        .Bind(1, outcome.Id).Bind(2, outcome.Attempt).Bind(3, node)
        .Bind(4, outcome.Error?.Type).Bind(5, outcome.Error?.Message).Bind(6, outcome.Error?.Stack)
        .Bind(7, outcome.Progress).Bind(8, outcome.Message);
}

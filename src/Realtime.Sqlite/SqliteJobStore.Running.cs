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
        UPDATE realtime_jobs SET state = ?9, node = NULL, result = ?10, finished = ?11, expires = ?11 + CASE WHEN ?9 = 3 THEN retention WHEN ?9 = 5 THEN coalesce(retention_cancelled, retention) ELSE coalesce(retention_failed, retention) END, {Traces} {Fence}
        """;

    // To be tried again at ?9, with one more attempt if ?12; or handed back, with one more attempt, where that is NULL. A cancel mark beats both.
    private const string Return = $"""
        UPDATE realtime_jobs SET
            state = CASE WHEN cancel = 1 THEN 5 WHEN ?9 > ?11 THEN 1 ELSE 0 END,
            extra_attempts = extra_attempts + (?9 IS NULL OR ?12),
            due = coalesce(?9, due),
            finished = CASE WHEN cancel = 1 THEN ?11 END,
            expires = CASE WHEN cancel = 1 THEN ?11 + coalesce(retention_cancelled, retention) END,
            node = NULL, {Traces}
        {Fence} RETURNING state
        """;

    /// <inheritdoc/>
    public ValueTask<ClaimResult> ClaimAsync(long node, IReadOnlyList<QueueDemand> demand, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(demand);
        // A copy: the caller may reuse its list while a cancelled call is still queued here.
        QueueDemand[] wanted = [.. demand];
        return Writer.RunAsync(database => Claim(database, node, wanted, Now), cancellationToken);
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

    private ClaimResult Claim(SqliteDatabase database, long node, QueueDemand[] demand, long now)
    {
        var lease = database.Prepare("SELECT 1 FROM realtime_job_nodes WHERE id = ?1 AND expires > ?2").Bind(1, node).Bind(2, now);
        if (!lease.Step())
        {
            return new ClaimResult([], []);
        }
        lease.Reset();
        var claimed = new List<JobRecord>();
        var held = new List<HeldQueue>();
        foreach (var one in demand)
        {
            if (!_turns.TryGetValue(one.Queue, out var turn))
            {
                _turns.Add(one.Queue, turn = new ClaimTurn());
            }
            if (new SqliteClaim(database, node, now, one, turn, claimed).Run() is { } wait)
            {
                held.Add(new HeldQueue(one.Queue, wait));
            }
        }
        return new ClaimResult(claimed, held);
    }

    private static JobState? Complete(SqliteDatabase database, long node, JobOutcome outcome, long now)
    {
        if (outcome.Log is not null)
        {
            AddLog(database, node, outcome.Id, outcome.Attempt, outcome.Log);
        }
        if (outcome.State >= JobState.Succeeded)
        {
            var finish = BindTraces(database.Prepare(Finish), node, outcome)
                .Bind(9, (long)outcome.State).Bind(10, outcome.Result).Bind(11, now);
            return finish.Run() == 1 ? outcome.State : null;
        }
        long? due = outcome.State == JobState.Available ? null : outcome.DueAt?.UtcTicks ?? now;
        var give = BindTraces(database.Prepare(Return), node, outcome).Bind(9, due).Bind(11, now).Bind(12, outcome.IsUncounted ? 1 : 0);
        JobState? state = give.Step() ? (JobState)give.Int64(0) : null;
        give.Reset();
        return state;
    }

    private static SqliteStatement BindTraces(SqliteStatement statement, long node, JobOutcome outcome) => statement
        .Bind(1, outcome.Id).Bind(2, outcome.Attempt).Bind(3, node)
        .Bind(4, outcome.Error?.Type).Bind(5, outcome.Error?.Message).Bind(6, outcome.Error?.Stack)
        .Bind(7, outcome.Progress).Bind(8, outcome.Message);
}

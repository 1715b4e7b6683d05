using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using Realtime.Jobs;

namespace Realtime.Postgres;

public sealed partial class PostgresJobStore
{
    // Ends whose recording got no answer: it may have happened all the same.
    private readonly ConcurrentDictionary<(Guid Id, int Attempt), bool> _unanswered = new();

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<JobState?>> CompleteAsync(long node, IReadOnlyList<JobOutcome> outcomes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        try
        {
            var (states, moves) = await _database.TransactAsync(session => CompleteAsync(session, node, outcomes, cancellationToken), repeats: 0, cancellationToken);
            if (!_unanswered.IsEmpty)
            {
                await LookUpUnansweredAsync(outcomes, states, cancellationToken);
            }
            TellMoved(moves);
            _vacuum.Left(outcomes.Count);
            return states;
        }
        catch (JobStoreException exception) when (exception.InnerException is { } inner && PostgresErrors.IsLoss(inner))
        {
            foreach (var outcome in outcomes)
            {
                _unanswered[(outcome.Id, outcome.Attempt)] = true;
            }
            throw;
        }
    }

    private async ValueTask<(JobState?[] States, List<JobMove> Moves)> CompleteAsync(
        PostgresSession session, long node, IReadOnlyList<JobOutcome> outcomes, CancellationToken cancellationToken)
    {
        var final = new List<int>(outcomes.Count);
        var other = new List<int>();
        for (var index = 0; index < outcomes.Count; index++)
        {
            (outcomes[index].State >= JobState.Succeeded ? final : other).Add(index);
        }
        var states = new JobState?[outcomes.Count];
        JobLogLines[] logs = [.. outcomes.Where(static outcome => outcome.Log is { Count: > 0 }).Select(static outcome => new JobLogLines(outcome.Id, outcome.Attempt, outcome.Log!))];
        if (logs.Length > 0)
        {
            // Before the end, while the attempt still holds the job.
            await session.RunAsync(batch => FillLog(batch, node, logs), cancellationToken);
        }
        var flows = await session.RunAsync(
            batch =>
            {
                batch.Add(_sql.Plan);
                if (final.Count > 0)
                {
                    FillFinish(batch, node, final.ConvertAll(index => outcomes[index]));
                }
                if (other.Count > 0)
                {
                    FillReturn(batch, node, other.ConvertAll(index => outcomes[index]));
                }
            },
            async reader =>
            {
                var ended = new List<EndedJob>();
                foreach (var part in new[] { final, other }.Where(static part => part.Count > 0))
                {
                    await reader.NextResultAsync(CancellationToken.None);
                    while (await reader.ReadAsync(CancellationToken.None))
                    {
                        states[part[(int)reader.GetInt64(EndedJob.Next) - 1]] = (JobState)reader.GetInt16(1);
                        if (reader.GetBoolean(3))
                        {
                            ended.Add(EndedJob.Read(reader));
                        }
                    }
                }
                return ended;
            },
            cancellationToken);
        return (states, await SettleAsync(session, flows, []));
    }

    /// <summary>Tells ends that were recorded, only without an answer, from those of workers that had lost their jobs.</summary>
    private async ValueTask LookUpUnansweredAsync(IReadOnlyList<JobOutcome> outcomes, JobState?[] states, CancellationToken cancellationToken)
    {
        int[] unsure = [.. Enumerable.Range(0, states.Length).Where(index => _unanswered.TryRemove((outcomes[index].Id, outcomes[index].Attempt), out _) && states[index] is null)];
        if (unsure.Length == 0)
        {
            return;
        }
        var recorded = await ListAsync(
            batch => batch.Add(_sql.Recorded)
                .WithMany(NpgsqlDbType.Uuid, unsure, index => outcomes[index].Id)
                .WithMany(NpgsqlDbType.Integer, unsure, index => outcomes[index].Attempt)
                .WithMany(NpgsqlDbType.Smallint, unsure, index => (short)outcomes[index].State),
            static row => (int)row.GetInt64(0),
            cancellationToken);
        foreach (var n in recorded)
        {
            states[unsure[n - 1]] = outcomes[unsure[n - 1]].State;
        }
    }

    private void FillFinish(NpgsqlBatch batch, long node, List<JobOutcome> outcomes) => FillTraces(
        batch.Add(_sql.Finish).With(Now).With(node)
            .WithMany(NpgsqlDbType.Uuid, outcomes, static outcome => outcome.Id)
            .WithMany(NpgsqlDbType.Integer, outcomes, static outcome => outcome.Attempt)
            .WithMany(NpgsqlDbType.Smallint, outcomes, static outcome => (short)outcome.State)
            .WithMany(NpgsqlDbType.Bytea, outcomes, static outcome => outcome.Result),
        outcomes);

    private void FillReturn(NpgsqlBatch batch, long node, List<JobOutcome> outcomes)
    {
        // A retry without a time is due now: only a hand-back has none.
        var now = (Now ?? TimeProvider.System.GetUtcNow()).UtcDateTime;
        FillTraces(
            batch.Add(_sql.Return).With(Now).With(node)
                .WithMany(NpgsqlDbType.Uuid, outcomes, static outcome => outcome.Id)
                .WithMany(NpgsqlDbType.Integer, outcomes, static outcome => outcome.Attempt)
                .WithMany(NpgsqlDbType.TimestampTz, outcomes, outcome => outcome.State == JobState.Available ? (DateTime?)null : outcome.DueAt?.UtcDateTime ?? now)
                .WithMany(NpgsqlDbType.Boolean, outcomes, static outcome => outcome.IsUncounted),
            outcomes);
    }

    private static void FillTraces(NpgsqlParameterCollection parameters, List<JobOutcome> outcomes) => parameters
        .WithMany(NpgsqlDbType.Text, outcomes, static outcome => PostgresText.Clean(outcome.Error?.Type))
        .WithMany(NpgsqlDbType.Text, outcomes, static outcome => PostgresText.Clean(outcome.Error?.Message))
        .WithMany(NpgsqlDbType.Text, outcomes, static outcome => PostgresText.Clean(outcome.Error?.Stack))
        .WithMany(NpgsqlDbType.Double, outcomes, static outcome => outcome.Progress)
        .WithMany(NpgsqlDbType.Text, outcomes, static outcome => PostgresText.Clean(outcome.Message));
}

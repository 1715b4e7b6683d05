using System.Globalization;
using System.Text.Json;
using Realtime.Jobs;

namespace Realtime.Torture;

/// <summary>What came out of a run.</summary>
public sealed record TortureReport
{
    /// <summary>What is wrong, a sentence each; empty if nothing is.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>How many jobs were acknowledged, and so must have one outcome each.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>How many attempts were started.</summary>
    public required int Attempts { get; init; }

    /// <summary>How many workers were killed.</summary>
    public required int Killed { get; init; }

    /// <summary>How many jobs of killed workers ran again.</summary>
    public required int RanAgain { get; init; }

    /// <summary>The longest time from a kill to the next start of one of its jobs.</summary>
    public required TimeSpan LongestWait { get; init; }

    /// <summary>How many workers were frozen for longer than their lease.</summary>
    public int Frozen { get; init; }

    /// <summary>How many enqueues failed while the server was away.</summary>
    public int Refused { get; init; }

    /// <summary>What chance decided by.</summary>
    public int Seed { get; init; }

    // A machine that runs two of these at once starts a process late.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(6);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Acknowledged} jobs acknowledged ({Refused} refused), {Attempts} attempts, {Killed} workers killed, {Frozen} frozen, {RanAgain} jobs ran again, the latest after {LongestWait.TotalSeconds:0.0} s (promised: {Queues.Promise.TotalSeconds:0} s); {Faults.Count} faults (seed {Seed}){string.Concat(Faults.Take(20).Select(static fault => "\n  " + fault))}");

    internal static async Task<TortureReport> MakeAsync(
        IJobStore store, string folder, IReadOnlyCollection<Guid> acknowledged, List<(int Process, long At)> killed, (long From, long To) outage)
    {
        var lines = Journal.Read(folder).ToList();
        var starts = lines.Where(static line => line.What == "start").ToLookup(static line => line.Id);
        var accepted = lines.Where(static line => line.What == "done").ToLookup(static line => line.Id);
        var faults = new List<string>();
        var attempts = new Dictionary<Guid, int>();
        foreach (var id in acknowledged)
        {
            if (await store.FindAsync(id, default) is not { } job)
            {
                faults.Add($"{id} is lost.");
                continue;
            }
            attempts[id] = job.Attempt;
            Check(job, accepted[id].ToList(), starts[id].ToList(), faults);
        }
        var (again, longest) = CheckKilled(lines, killed, attempts, starts, outage, faults);
        return new TortureReport
        {
            Faults = faults,
            Acknowledged = acknowledged.Count,
            Attempts = lines.Count(static line => line.What == "start"),
            Killed = killed.Count,
            RanAgain = again,
            LongestWait = TimeSpan.FromMilliseconds(longest),
        };
    }

    private static void Check(JobRecord job, List<JournalLine> accepted, List<JournalLine> starts, List<string> faults)
    {
        if (job.State != JobState.Succeeded)
        {
            faults.Add($"{job.Spec.Id} is {job.State} after attempt {job.Attempt}: {job.Error?.Message}");
            return;
        }
        var done = JsonSerializer.Deserialize<Done>(job.Result!, JsonSerializerOptions.Web)!;
        if (done.Attempt != job.Attempt)
        {
            faults.Add($"{job.Spec.Id} has the result of attempt {done.Attempt}, but attempt {job.Attempt} held it: the write of a worker that had lost it was accepted.");
        }
        if (!starts.Exists(start => start.Attempt == done.Attempt && start.Process == done.Process))
        {
            faults.Add($"{job.Spec.Id} has the result of an attempt that was never started: {done}.");
        }
        if (accepted.Count > 1)
        {
            faults.Add($"{job.Spec.Id} had {accepted.Count} outcomes accepted: of attempts {string.Join(", ", accepted.Select(static line => line.Attempt))}.");
        }
        if (accepted.Exists(line => line.Attempt != job.Attempt))
        {
            faults.Add($"{job.Spec.Id} had the outcome of attempt {accepted[0].Attempt} accepted, and is at attempt {job.Attempt}.");
        }
        if (starts.GroupBy(static start => start.Attempt).FirstOrDefault(static same => same.Count() > 1) is { } twice)
        {
            faults.Add($"{job.Spec.Id}: attempt {twice.Key} ran {twice.Count()} times.");
        }
    }

    /// <summary>Looks for the next start of every job that a killed worker had under way.</summary>
    private static (int Again, long Longest) CheckKilled(
        List<JournalLine> lines,
        List<(int Process, long At)> killed,
        Dictionary<Guid, int> attempts,
        ILookup<Guid, JournalLine> starts,
        (long From, long To) outage,
        List<string> faults)
    {
        var (again, longest) = (0, 0L);
        var byProcess = lines.ToLookup(static line => line.Process);
        foreach (var (process, at) in killed)
        {
            var ended = byProcess[process].Where(static line => line.What == "end").Select(static line => (line.Id, line.Attempt)).ToHashSet();
            foreach (var start in byProcess[process].Where(line => line.What == "start" && !ended.Contains((line.Id, line.Attempt))))
            {
                // Its outcome was not recorded, or there would be no later attempt.
                if (!attempts.TryGetValue(start.Id, out var last) || last == start.Attempt)
                {
                    continue;
                }
                var next = starts[start.Id].Where(line => line.Attempt > start.Attempt).MinBy(static line => line.At);
                var wait = Math.Max(0, (next?.At ?? long.MaxValue) - at);
                if (at <= outage.To && next?.At >= outage.From)
                {
                    // Nothing can be taken over while the server is away, and leases are taken anew behind it.
                    wait = Math.Max(0, wait - (outage.To - Math.Max(at, outage.From)) - (long)Queues.Promise.TotalMilliseconds);
                }
                again++;
                longest = Math.Max(longest, wait);
                if (wait > (Queues.Promise + Slack).TotalMilliseconds)
                {
                    faults.Add($"{start.Id} of a worker killed at attempt {start.Attempt} ran again only after {wait} ms.");
                }
            }
        }
        return (again, longest);
    }
}

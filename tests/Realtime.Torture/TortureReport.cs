using System.Globalization;
using System.Security.Cryptography;
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

    /// <summary>How many flows were acknowledged; each of their jobs is among <see cref="Acknowledged"/>.</summary>
    public int Flows { get; init; }

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
        $"{Acknowledged} jobs acknowledged, {Flows} flows among them ({Refused} refused), {Attempts} attempts, {Killed} workers killed, {Frozen} frozen, {RanAgain} jobs ran again, the latest after {LongestWait.TotalSeconds:0.0} s (promised: {Queues.Promise.TotalSeconds:0} s); {Faults.Count} faults (seed {Seed}){string.Concat(Faults.Take(20).Select(static fault => "\n  " + fault))}");

    internal static async Task<TortureReport> MakeAsync(
        IJobStore store,
        string folder,
        IReadOnlyCollection<Guid> acknowledged,
        IReadOnlyDictionary<Guid, int> flows,
        List<(int Process, long At)> killed,
        (long From, long To) outage)
    {
        var lines = Journal.Read(folder).ToList();
        var starts = lines.Where(static line => line.What == "start").ToLookup(static line => line.Id);
        var accepted = lines.Where(static line => line.What == "done").ToLookup(static line => line.Id);
        var faults = new List<string>();
        var attempts = new Dictionary<Guid, int>();
        var steps = await StepsAsync(store, flows, faults);
        foreach (var id in acknowledged.Concat(steps))
        {
            if (await store.FindAsync(id, default) is not { } job)
            {
                faults.Add($"{id} is lost.");
                continue;
            }
            attempts[id] = job.Attempt;
            Check(job, accepted[id].ToList(), starts[id].ToList(), faults);
        }
        var ends = lines.Where(static line => line.What == "end").ToLookup(static line => line.Id);
        foreach (var id in steps)
        {
            await CheckStepAsync(store, id, starts, ends, faults);
        }
        var (again, longest) = CheckKilled(lines, killed, attempts, starts, outage, faults);
        return new TortureReport
        {
            Faults = faults,
            Acknowledged = acknowledged.Count + steps.Count,
            Flows = flows.Count,
            Attempts = lines.Count(static line => line.What == "start"),
            Killed = killed.Count,
            RanAgain = again,
            LongestWait = TimeSpan.FromMilliseconds(longest),
        };
    }

    /// <summary>What a job says of what it was given.</summary>
    internal static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    /// <summary>The jobs of all flows.</summary>
    private static async Task<List<Guid>> StepsAsync(IJobStore store, IReadOnlyDictionary<Guid, int> flows, List<string> faults)
    {
        var steps = new List<Guid>();
        foreach (var (last, jobs) in flows)
        {
            var others = await store.ChildrenAsync(last, 100, default);
            if (others.Count != jobs - 1)
            {
                faults.Add($"The flow {last} has {others.Count + 1} jobs of {jobs}.");
            }
            steps.AddRange([last, .. others.Select(static job => job.Spec.Id)]);
        }
        return steps;
    }

    /// <summary>A step of a flow was given the recorded outcomes of those before it, each once and in order, and not before they had ended.</summary>
    private static async Task CheckStepAsync(IJobStore store, Guid id, ILookup<Guid, JournalLine> starts, ILookup<Guid, JournalLine> ends, List<string> faults)
    {
        var inputs = await store.InputsAsync(id, default);
        if (inputs.Count == 0 || await store.FindAsync(id, default) is not { Result: { } result } job)
        {
            return;
        }
        var results = new List<byte[]>();
        foreach (var input in inputs)
        {
            if (await store.FindAsync(input.Id, default) is not { State: JobState.Succeeded, Result: { } recorded } before)
            {
                faults.Add($"{id} ran behind {input.Id}, which has no outcome.");
                return;
            }
            results.Add(recorded);
            var ended = ends[input.Id].Where(line => line.Attempt == before.Attempt).Select(static line => line.At).DefaultIfEmpty(long.MaxValue).Min();
            if (starts[id].Any(start => start.At < ended))
            {
                faults.Add($"{id} started before {input.Id} had ended.");
            }
        }
        byte[] given = job.Spec.Flow!.Input == FlowInput.Result ? results[0] : [.. "["u8, .. results.SelectMany(static (one, index) => index == 0 ? one : [(byte)',', .. one]), .. "]"u8];
        if (JsonSerializer.Deserialize<Done>(result, JsonSerializerOptions.Web)!.Given != Hash(given))
        {
            faults.Add($"{id} was given something else than what is recorded of the {inputs.Count} jobs before it.");
        }
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

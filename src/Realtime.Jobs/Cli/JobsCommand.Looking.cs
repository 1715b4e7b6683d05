using System.CommandLine;
using System.Globalization;

namespace Realtime.Jobs;

// The commands that look.
internal sealed partial class JobsCommand
{
    private const int PageSize = 1000;
    private const int MostChildren = 100;
    private const int MostLines = 20;

    private static readonly JobState[] States =
        [JobState.Available, JobState.Scheduled, JobState.Waiting, JobState.Running, JobState.Succeeded, JobState.Failed, JobState.Cancelled, JobState.Quarantined];

    private async Task<int> OverviewAsync(JobsTerminal terminal, ParseResult parsed, CancellationToken cancellationToken)
    {
        var store = jobs.Runtime.Store;
        var counts = await store.CountAsync(cancellationToken);
        var paused = await store.PausedQueuesAsync(cancellationToken);
        var queues = new List<QueueView>();
        foreach (var name in counts.Select(static count => count.Queue).Concat(paused).Distinct().Order(StringComparer.Ordinal))
        {
            var ofQueue = counts.Where(count => count.Queue == name).GroupBy(static count => count.State).ToDictionary(static group => group.Key, static group => group.Sum(static count => count.Count));
            var oldest = ofQueue.ContainsKey(JobState.Available) ? await store.OldestAsync(name, cancellationToken) : null;
            queues.Add(new QueueView(name, paused.Contains(name), ofQueue, oldest));
        }
        terminal.Answer(queues, output =>
        {
            if (queues.Count == 0)
            {
                output.WriteLine("There are no jobs.");
                return;
            }
            TextTable.Write(
                output,
                ["QUEUE", .. States.Select(static state => $">{JobsTerminal.State(state).ToUpperInvariant()}"), ">OLDEST", ""],
                [.. queues.Select(queue => (string[])[queue.Queue, .. States.Select(queue.Count), terminal.Age(queue.OldestSince), queue.IsPaused ? "paused" : ""])]);
        });
        return 0;
    }

    private Command List()
    {
        var limit = new Option<int>("--limit") { Description = "The most to list.", DefaultValueFactory = static _ => 50 };
        var command = new Command("list", "List jobs, the newest first.") { limit };
        AddFilter(command);
        command.SetAction(On(async (terminal, parsed, cancellationToken) =>
        {
            var records = await jobs.Runtime.Store.ListAsync(FilterOf(parsed), Math.Max(1, parsed.GetValue(limit)), null, cancellationToken);
            JobView[] views = [.. records.Select(JobView.From)];
            terminal.Answer(views, output =>
            {
                if (views.Length == 0)
                {
                    output.WriteLine("There are no such jobs.");
                    return;
                }
                TextTable.Write(
                    output,
                    ["ID", "NAME", "QUEUE", "STATE", ">ATTEMPT", ">AGE", "WHAT"],
                    [.. views.Select(view => (string[])[$"{view.Id}", view.Name, view.Queue, JobsTerminal.State(view.State), $"{view.Attempt}/{view.MaxAttempts}", terminal.Age(view.EnqueuedAt), What(terminal, view)])]);
            });
            return 0;
        }));
        return command;
    }

    private Command Show()
    {
        var id = new Argument<Guid>("id") { Description = "The job's id." };
        var command = new Command("show", "Show all there is to know about a job.") { id };
        command.SetAction(On(async (terminal, parsed, cancellationToken) =>
        {
            if (await jobs.Runtime.Store.FindAsync(parsed.GetValue(id), cancellationToken) is not { } record)
            {
                return terminal.Fail(NotThere(parsed.GetValue(id)));
            }
            var view = JobView.From(record) with
            {
                Log = await jobs.Runtime.Store.ReadLogAsync(record.Spec.Id, 0, JobLogLine.MostKept, cancellationToken),
                Children = [.. (await jobs.Runtime.Store.ChildrenAsync(record.Spec.Id, MostChildren, cancellationToken)).Select(static child => new ChildView(child.Spec.Id, child.Spec.Name, child.State))],
            };
            terminal.Answer(view, output => Write(output, view));
            return 0;
        }));
        return command;
    }

    private Command Workers()
    {
        var command = new Command("workers", "List the processes that run jobs, and how many each runs now.");
        command.SetAction(On(async (terminal, _, cancellationToken) =>
        {
            var store = jobs.Runtime.Store;
            var nodes = await store.NodesAsync(cancellationToken);
            var running = new Dictionary<long, int>();
            for (Guid? before = null; await store.ListAsync(new JobFilter { State = JobState.Running }, PageSize, before, cancellationToken) is { Count: > 0 } page; before = page[^1].Spec.Id)
            {
                foreach (var node in page.Select(static job => job.Node ?? 0))
                {
                    running[node] = running.GetValueOrDefault(node) + 1;
                }
            }
            var workers = nodes.OrderBy(static node => node.Host, StringComparer.Ordinal).ThenBy(static node => node.ProcessId)
                .Select(node => new { node.Host, process = node.ProcessId, running = running.GetValueOrDefault(node.Id) }).ToList();
            terminal.Answer(workers, output =>
            {
                if (workers.Count == 0)
                {
                    output.WriteLine("No process runs jobs now.");
                    return;
                }
                TextTable.Write(output, ["HOST", ">PROCESS", ">RUNNING"], [.. workers.Select(static worker => (string[])[worker.Host, $"{worker.process}", $"{worker.running}"])]);
            });
            return 0;
        }));
        return command;
    }

    private Command Schedules()
    {
        var command = new Command("schedules", "List the schedules, and when each fires next.");
        command.SetAction(On(async (terminal, _, cancellationToken) =>
        {
            var schedules = await jobs.SchedulesAsync(cancellationToken);
            terminal.Answer(schedules, output =>
            {
                if (schedules.Count == 0)
                {
                    output.WriteLine("There are no schedules.");
                    return;
                }
                TextTable.Write(
                    output,
                    ["SCHEDULE", "TIMES", "JOB", "LAST", "NEXT"],
                    [.. schedules.Select(static schedule => (string[])[schedule.Name, schedule.Times, schedule.Job ?? "", JobsTerminal.Time(schedule.LastOccurrence), schedule.IsPaused ? "paused" : JobsTerminal.Time(schedule.NextOccurrence)])]);
            });
            return 0;
        }));
        return command;
    }

    private static void Write(TextWriter output, JobView view)
    {
        Line("id", $"{view.Id}");
        Line("name", view.Name);
        Line("queue", view.Queue);
        Line("state", JobsTerminal.State(view.State));
        Line("attempt", $"{view.Attempt} of {view.MaxAttempts}");
        Line("priority", view.Priority == 0 ? "" : view.Priority.ToString(CultureInfo.InvariantCulture));
        Line("tags", string.Join(", ", view.Tags));
        Line("enqueued", JobsTerminal.Time(view.EnqueuedAt));
        Line("due", JobsTerminal.Time(view.DueAt));
        Line("started", JobsTerminal.Time(view.StartedAt));
        Line("finished", JobsTerminal.Time(view.FinishedAt));
        Line("progress", view.Progress is { } progress ? string.Create(CultureInfo.InvariantCulture, $"{progress:P0} {view.Message}") : "");
        foreach (var (name, value) in view.Headers ?? JobHeaders.None)
        {
            Line(name, value);
        }
        Line("error", view.Error is { } error ? $"{error.Type}: {error.Message}" : "");
        Line("", view.Error?.Stack ?? "");
        Line("args", JobsTerminal.Indented(view.Args));
        Line("result", view.Result is null ? "" : JobsTerminal.Indented(view.Result));
        Line("log", string.Join(Environment.NewLine, (view.Log ?? []).TakeLast(MostLines).Select(static line => $"{JobsTerminal.Time(line.At)} {line.Text}")));
        Line("under it", string.Join(Environment.NewLine, (view.Children ?? []).Select(static child => $"{child.Id} {child.Name} {JobsTerminal.State(child.State)}")));

        void Line(string name, string value)
        {
            if (value.Length > 0)
            {
                output.WriteLine($"{name,-10}{value.ReplaceLineEndings($"{Environment.NewLine}          ")}");
            }
        }
    }

    // One line of what matters in its state.
    private static string What(JobsTerminal terminal, JobView view) => view switch
    {
        { State: JobState.Scheduled, DueAt: { } due } => $"due in {terminal.Age(due)}{(view.Error is { } last ? $", failed: {Short(last.Message)}" : "")}",
        { State: JobState.Running, Progress: { } progress } => string.Create(CultureInfo.InvariantCulture, $"{progress:P0} {Short(view.Message ?? "")}").TrimEnd(),
        { State: JobState.Failed or JobState.Quarantined, Error: { } error } => Short(error.Message),
        _ => "",
    };

    private static string Short(string text)
    {
        const int Most = 60;
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= Most ? line : $"{line[..(Most - 1)]}…";
    }

    private static string NotThere(Guid id) => $"There is no job {id}: the id is wrong, or its retention is over.";
}

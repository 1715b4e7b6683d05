using System.CommandLine;
using System.Text;
using System.Text.Json;

namespace Realtime.Jobs;

// The commands that change something.
internal sealed partial class JobsCommand
{
    private readonly Option<bool> _all = new("--all") { Description = "All that fit the filters, instead of ids." };

    private Command Retry()
    {
        var ids = new Argument<Guid[]>("id") { Description = "The jobs' ids.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("retry", "Give failed, cancelled or quarantined jobs another chance; those that wait for their time run now.") { ids, _all };
        AddFilter(command);
        command.SetAction(On((terminal, parsed, cancellationToken) => EachAsync(
            terminal,
            parsed,
            parsed.GetValue(ids) ?? [],
            id => jobs.RequeueAsync(id, cancellationToken),
            JobState.Available,
            "retried",
            () => jobs.RequeueAllAsync(IsFiltered(parsed) ? FilterOf(parsed) : null, cancellationToken))));
        return command;
    }

    private Command Cancel()
    {
        var ids = new Argument<Guid[]>("id") { Description = "The jobs' ids.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("cancel", "Cancel jobs: those that wait at once, those that run within a heartbeat.") { ids };
        command.SetAction(On((terminal, parsed, cancellationToken) => EachAsync(
            terminal, parsed, parsed.GetValue(ids) ?? [], id => jobs.CancelAsync(id, cancellationToken), JobState.Cancelled, "cancelled", all: null)));
        return command;
    }

    private Command Purge()
    {
        var command = new Command("purge", "Remove finished jobs now, whatever their retention: those that fit the filters, or --all.") { _all };
        AddFilter(command);
        command.SetAction(On(async (terminal, parsed, cancellationToken) =>
        {
            if (!parsed.GetValue(_all) && !IsFiltered(parsed))
            {
                return terminal.Fail("Say which: --state, --queue, --name, --tag, or --all finished jobs.");
            }
            var removed = await jobs.PurgeAsync(FilterOf(parsed), cancellationToken);
            terminal.Answer(new { removed }, output => output.WriteLine($"{Count(removed)} removed."));
            return 0;
        }));
        return command;
    }

    private Command Pause(string verb, string description, bool isPaused)
    {
        var queue = new Argument<string?>("queue") { Description = "The queue's name.", Arity = ArgumentArity.ZeroOrOne };
        var schedule = new Option<string?>("--schedule") { Description = "A schedule instead of a queue." };
        var command = new Command(verb, description) { queue, schedule };
        command.SetAction(On(async (terminal, parsed, cancellationToken) =>
        {
            var what = (parsed.GetValue(queue), parsed.GetValue(schedule)) switch
            {
                ({ } name, null) => $"The queue {name}",
                (null, { } name) => $"The schedule {name}",
                _ => null,
            };
            if (what is null)
            {
                return terminal.Fail($"Say what to {verb}: a queue, or --schedule and a schedule's name.");
            }
            if (parsed.GetValue(schedule) is { } scheduled)
            {
                if (!await jobs.Runtime.Store.PauseScheduleAsync(scheduled, isPaused, cancellationToken))
                {
                    return terminal.Fail($"There is no schedule '{scheduled}' in the store: see `jobs schedules`. One that never ran is not known yet.");
                }
            }
            else
            {
                await jobs.Runtime.Store.PauseAsync(parsed.GetValue(queue)!, isPaused, cancellationToken);
            }
            terminal.Answer(new { queue = parsed.GetValue(queue), schedule = parsed.GetValue(schedule), isPaused }, output => output.WriteLine($"{what} {(isPaused ? "is paused" : "goes on")}."));
            return 0;
        }));
        return command;
    }

    private Command Run()
    {
        var name = new Argument<string>("schedule") { Description = "The schedule's name." };
        var command = new Command("run", "Enqueue a schedule's job now, beside its times.") { name };
        command.SetAction(On(async (terminal, parsed, cancellationToken) =>
        {
            if (jobs.Schedules.FirstOrDefault(schedule => schedule.Name == parsed.GetValue(name)) is not { } schedule)
            {
                return terminal.Fail($"There is no schedule '{parsed.GetValue(name)}' in this app: see `jobs schedules`.");
            }
            var handle = await schedule.RunNowAsync(cancellationToken);
            terminal.Answer(new { id = handle.Id, name = handle.Name }, output => output.WriteLine($"{handle.Name} is enqueued as {handle.Id}."));
            return 0;
        }));
        return command;
    }

    private Command Enqueue()
    {
        var name = new Argument<string>("name") { Description = "The job's name." };
        var args = new Argument<string>("args") { Description = "Its arguments as JSON." };
        var queue = new Option<string?>("--queue") { Description = "The queue it waits in, instead of the job's own." };
        var delay = new Option<TimeSpan?>("--delay") { Description = "How long from now it runs at the earliest: 00:05:00." };
        var unique = new Option<string?>("--unique") { Description = "A unique key: one that has not ended stays the only one." };
        var tags = new Option<string[]>("--tag") { Description = "A word to find it by." };
        var command = new Command("enqueue", "Enqueue a job of the app.") { name, args, queue, delay, unique, tags };
        command.SetAction(On(async (terminal, parsed, cancellationToken) =>
        {
            if (!jobs.TryFind(parsed.GetRequiredValue(name), out var job))
            {
                return terminal.Fail($"There is no job '{parsed.GetValue(name)}' in this app. It has: {string.Join(", ", jobs.JobNames.Order(StringComparer.Ordinal))}.");
            }
            JobSpec spec;
            try
            {
                spec = job.Parse(Encoding.UTF8.GetBytes(parsed.GetRequiredValue(args)), new EnqueueOptions
                {
                    Queue = parsed.GetValue(queue),
                    Delay = parsed.GetValue(delay),
                    UniqueKey = parsed.GetValue(unique),
                    Tags = parsed.GetValue(tags) ?? [],
                });
            }
            catch (Exception exception) when (exception is JsonException or ArgumentException or NotSupportedException)
            {
                return terminal.Fail($"The arguments do not parse as {Binding.TypeName.Of(job.ArgsType)}: {exception.Message}");
            }
            EnqueueResult result;
            try
            {
                result = await jobs.EnqueueAsync(spec, cancellationToken);
            }
            catch (JobConflictException exception)
            {
                return terminal.Fail(exception.Message);
            }
            var isNew = result.Status == EnqueueStatus.Added;
            terminal.Answer(new { id = result.Id, name = job.Name, isNew }, output => output.WriteLine($"{job.Name} {(isNew ? "is enqueued as" : "is there already:")} {result.Id}."));
            return 0;
        }));
        return command;
    }

    private Command Migrate()
    {
        var command = new Command("migrate", "Make the tables of the app's store, or bring them to the version this program needs.");
        command.SetAction(Built(async (terminal, _, cancellationToken) =>
        {
            if (await jobs.MigrateAsync(app.Provider, cancellationToken) is not { } done)
            {
                return terminal.Fail(InMemory);
            }
            terminal.Answer(done, output => output.WriteLine(done switch
            {
                { From: 0 } => $"The job tables in {done.Place} are made, with version {done.To}.",
                _ when done.From == done.To => $"The job tables in {done.Place} have version {done.To} already: there was nothing to do.",
                _ => $"The job tables in {done.Place} are brought from version {done.From} to {done.To}.",
            }));
            return 0;
        }));
        return command;
    }

    private async Task<int> EachAsync(
        JobsTerminal terminal, ParseResult parsed, Guid[] ids, Func<Guid, ValueTask<JobState?>> act, JobState wanted, string done, Func<ValueTask<int>>? all)
    {
        if (ids.Length == 0)
        {
            if (all is null || (!parsed.GetValue(_all) && !IsFiltered(parsed)))
            {
                return terminal.Fail("Say which: ids, --state, --queue, --name, --tag, or --all that failed.");
            }
            var count = await all();
            terminal.Answer(new { count }, output => output.WriteLine($"{Count(count)} {done}."));
            return 0;
        }
        var states = new List<(Guid Id, JobState? State)>();
        foreach (var id in ids)
        {
            states.Add((id, await act(id)));
        }
        terminal.Answer(states.ConvertAll(static pair => new { id = pair.Id, state = pair.State }), output =>
        {
            foreach (var (id, state) in states)
            {
                output.WriteLine(state is not { } now ? NotThere(id) : now == wanted ? $"{id} is {done}." : $"{id} is {JobsTerminal.State(now)}.");
            }
        });
        return states.TrueForAll(static pair => pair.State is not null) ? 0 : Failed;
    }

    private bool IsFiltered(ParseResult parsed) => FilterOf(parsed) != new JobFilter();

    private static string Count(int count) => count == 1 ? "1 job" : $"{count} jobs";
}

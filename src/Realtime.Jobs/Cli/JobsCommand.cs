using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace Realtime.Jobs;

/// <summary>The command <c>jobs</c> of an app: looks at its store and changes it, whether or not the app runs.</summary>
internal sealed partial class JobsCommand(App app, JobQueue jobs)
{
    /// <summary>Exit code: the store cannot be opened, or there is no such job.</summary>
    public const int Failed = 1;

    private const int Misconfigured = 2;
    private const string InMemory =
        "The app keeps its jobs in memory, where only the running app sees them. app.Jobs.UseSqlite(\"jobs.db\") keeps them where this command can look.";

    private readonly Option<bool> _json = new("--json") { Description = "Answer with JSON, for scripts.", Recursive = true };
    private readonly Option<string?> _queue = new("--queue") { Description = "Only jobs of this queue." };
    private readonly Option<JobState?> _state = new("--state") { Description = "Only jobs in this state." };
    private readonly Option<string?> _name = new("--name") { Description = "Only jobs of this name." };
    private readonly Option<string?> _tag = new("--tag") { Description = "Only jobs with this tag." };

    /// <summary>Makes the command.</summary>
    public Command Build()
    {
        var command = new Command("jobs", "The app's jobs: how many of which queue are in which state.") { _json };
        command.SetAction(On(OverviewAsync));
        command.Add(List());
        command.Add(Show());
        command.Add(Retry());
        command.Add(Cancel());
        command.Add(Pause("pause", "Let a queue start no more jobs, in any process, until it is resumed.", isPaused: true));
        command.Add(Pause("resume", "Let a paused queue go on.", isPaused: false));
        command.Add(Purge());
        command.Add(Schedules());
        command.Add(Run());
        command.Add(Enqueue());
        command.Add(Workers());
        command.Add(Migrate());
        return command;
    }

    /// <summary>Opens the store around a command's work.</summary>
    private Func<ParseResult, CancellationToken, Task<int>> On(Func<JobsTerminal, ParseResult, CancellationToken, Task<int>> work) => Built(async (terminal, parsed, cancellationToken) =>
    {
        await jobs.OpenAsync(app.Provider, cancellationToken);
        return jobs.Runtime.Store.IsShared ? await work(terminal, parsed, cancellationToken) : terminal.Fail(InMemory);
    });

    /// <summary>Builds the app around a command's work.</summary>
    private Func<ParseResult, CancellationToken, Task<int>> Built(Func<JobsTerminal, ParseResult, CancellationToken, Task<int>> work) => async (parsed, cancellationToken) =>
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            app.Build();
        }
        catch (InvalidOperationException exception)
        {
            await error.WriteLineAsync($"The app cannot be built: {exception.Message}");
            return Misconfigured;
        }
        try
        {
            var time = app.Provider.GetService<TimeProvider>() ?? TimeProvider.System;
            return await work(new JobsTerminal(output, error, parsed.GetValue(_json), time), parsed, cancellationToken);
        }
        catch (JobStoreException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return Failed;
        }
        finally
        {
            await jobs.DisposeAsync();
        }
    };

    private void AddFilter(Command command)
    {
        command.Add(_queue);
        command.Add(_state);
        command.Add(_name);
        command.Add(_tag);
    }

    private JobFilter FilterOf(ParseResult parsed) => new()
    {
        Queue = parsed.GetValue(_queue),
        State = parsed.GetValue(_state),
        Name = parsed.GetValue(_name),
        Tag = parsed.GetValue(_tag),
    };
}

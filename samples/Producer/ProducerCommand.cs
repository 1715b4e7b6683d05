using System.CommandLine;
using Realtime.Jobs;
using Spectre.Console;

namespace Realtime.Producer;

/// <summary>The command line: <c>images</c> and <c>csv</c> enqueue and watch, <c>work</c> works.</summary>
internal static class ProducerCommand
{
    private const int Failed = 1;
    private const int Interrupted = 130;

    /// <summary>Runs a command.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="console">Where people look.</param>
    /// <param name="output">Where scripts read (<c>--json</c>).</param>
    /// <param name="stop">Fires at Ctrl+C.</param>
    /// <returns>0 when all is done; 1 when a job failed or the store cannot be used; 2 for wrong arguments; 130 when it was stopped before the end.</returns>
    public static async Task<int> RunAsync(string[] args, IAnsiConsole console, TextWriter output, CancellationToken stop)
    {
        var store = new Option<string>("--store") { Description = "The SQLite file that producers and workers share.", DefaultValueFactory = static _ => "producer.db", Recursive = true };
        var postgres = new Option<string?>("--postgres") { Description = "A PostgreSQL database to share instead, on any machine: \"Host=db;Database=app;Username=app\".", Recursive = true };
        var json = new Option<bool>("--json") { Description = "Write JSON instead of progress bars.", Recursive = true };
        var root = new RootCommand("Enqueues real work and watches it; workers are other processes.") { store, postgres, json };

        var from = new Argument<DirectoryInfo>("from") { Description = "A folder of PNG files." };
        var to = new Argument<string>("to") { Description = "Where the small ones go." };
        var width = new Option<int>("--width") { Description = "The most pixels across.", DefaultValueFactory = static _ => 320 };
        var images = new Command("images", "Make the images of a folder smaller.") { from.AcceptExistingOnly(), to, width };
        images.SetAction((parsed, _) => ProduceAsync(parsed, (producer, cancellation) =>
            producer.ImagesAsync(parsed.GetRequiredValue(from).FullName, parsed.GetRequiredValue(to), parsed.GetValue(width), cancellation)));

        var file = new Argument<FileInfo>("file") { Description = "A CSV file with a heading." };
        var parts = new Argument<string>("to") { Description = "The folder where the parts go, as JSON lines." };
        var rows = new Option<int>("--rows") { Description = "Rows of a part.", DefaultValueFactory = static _ => 10_000 };
        var csv = new Command("csv", "Import a CSV file.") { file.AcceptExistingOnly(), parts, rows };
        csv.SetAction((parsed, _) => ProduceAsync(parsed, (producer, cancellation) =>
            producer.CsvAsync(parsed.GetRequiredValue(file).FullName, parsed.GetRequiredValue(parts), Math.Max(1, parsed.GetValue(rows)), cancellation)));

        var concurrency = new Option<int>("--concurrency") { Description = "Jobs at once.", DefaultValueFactory = static _ => Environment.ProcessorCount };
        var work = new Command("work", "Do the work until Ctrl+C.") { concurrency };
        work.SetAction((parsed, _) => OnStoreAsync(parsed, runs: true, Math.Max(1, parsed.GetValue(concurrency)), (jobs, _) =>
            new Worker(jobs, console, parsed.GetValue(json) ? output : null).RunAsync(stop)));

        root.Add(images);
        root.Add(csv);
        root.Add(work);
        var result = root.Parse(args);
        var code = await result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, CancellationToken.None);
        return result.Errors.Count > 0 ? 2 : code;

        Task<int> ProduceAsync(ParseResult parsed, Func<Producing, CancellationToken, Task<bool>> produce) =>
            OnStoreAsync(parsed, runs: false, concurrency: 1, async (jobs, tasks) =>
            {
                var producing = new Producing(jobs, tasks, console, parsed.GetValue(json) ? output : null);
                try
                {
                    return await produce(producing, stop) ? 0 : Failed;
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    console.MarkupLine("[yellow]Stopped watching.[/] What is enqueued goes on; start this again to watch the rest.");
                    return Interrupted;
                }
            });

        async Task<int> OnStoreAsync(ParseResult parsed, bool runs, int concurrency, Func<JobQueue, Tasks, Task<int>> body)
        {
            await using var jobs = new JobQueue { Options = new JobQueueOptions { RunsJobs = runs, Concurrency = concurrency, PollInterval = TimeSpan.FromMilliseconds(250) } };
            if (parsed.GetValue(postgres) is { } database)
            {
                jobs.UsePostgres(database);
            }
            else
            {
                jobs.UseSqlite(parsed.GetRequiredValue(store));
            }
            var tasks = new Tasks(jobs, runs);
            try
            {
                await jobs.StartAsync();
                return await body(jobs, tasks);
            }
            catch (JobStoreException exception)
            {
                console.MarkupLineInterpolated($"[red]{exception.Message}[/]");
                return Failed;
            }
        }
    }
}

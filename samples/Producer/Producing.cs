using System.Text.Json;
using Spectre.Console;

namespace Realtime.Producer;

/// <summary>
/// Enqueues a piece of work as many jobs and watches them to the end. Each job has an idempotency key, so what is enqueued again after a
/// Ctrl+C is found to be there already.
/// </summary>
internal sealed class Producing(JobQueue jobs, Tasks tasks, IAnsiConsole console, TextWriter? json)
{
    private const int AtOnce = 500;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>Makes the images of a folder smaller. Returns whether all could be.</summary>
    public Task<bool> ImagesAsync(string from, string to, int width, CancellationToken stop)
    {
        var files = Directory.EnumerateFiles(from, "*.png", SearchOption.AllDirectories).ToAsyncEnumerable();
        return RunAsync(
            "images",
            files.Select(path => new Shrink(path, Path.Combine(Path.GetFullPath(to), Path.GetRelativePath(from, path)), width)),
            tasks.Shrink,
            // A file that has changed is another piece of work.
            static image => $"{image.From} {File.GetLastWriteTimeUtc(image.From):O} {image.To} {image.Width}",
            stop);
    }

    /// <summary>Imports a CSV file. Returns whether all of it could be.</summary>
    public Task<bool> CsvAsync(string file, string to, int rows, CancellationToken stop)
    {
        var version = $"{file} {File.GetLastWriteTimeUtc(file):O}";
        return RunAsync("parts", CsvFile.CutAsync(file, to, rows, stop), tasks.Import, part => $"{version} {part.Part} {part.From} {part.To}", stop);
    }

    private async Task<bool> RunAsync<TArgs>(string noun, IAsyncEnumerable<TArgs> work, Job<TArgs> job, Func<TArgs, string> key, CancellationToken stop)
    {
        var (summary, watched) = (new Summary(), new List<Guid>());
        if (json is null)
        {
            await console.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
                .StartAsync(async progress =>
                {
                    var (enqueue, done) = (progress.AddTask($"Enqueue {noun}").IsIndeterminate(), progress.AddTask($"Finish {noun}"));
                    await EnqueueAsync(work, job, key, summary, watched, stop);
                    enqueue.IsIndeterminate(false).Value(enqueue.MaxValue).StopTask();
                    done.MaxValue = Math.Max(1, watched.Count);
                    await WatchAsync(watched, summary, () => done.Value(watched.Count == 0 ? 1 : summary.Ended), stop);
                });
        }
        else
        {
            await EnqueueAsync(work, job, key, summary, watched, stop);
            await WatchAsync(watched, summary, static () => { }, stop);
        }
        Tell(noun, summary);
        return summary.Failed == 0;
    }

    private static async Task EnqueueAsync<TArgs>(
        IAsyncEnumerable<TArgs> work, Job<TArgs> job, Func<TArgs, string> key, Summary summary, List<Guid> watched, CancellationToken stop)
    {
        await foreach (var some in work.Chunk(AtOnce).WithCancellation(stop))
        {
            var handles = await job.EnqueueManyAsync(some, options: one => new EnqueueOptions { IdempotencyKey = key(one) }, cancellationToken: stop);
            summary.Enqueued += handles.Count(static handle => handle.IsNew);
            summary.Known += handles.Count(static handle => !handle.IsNew);
            watched.AddRange(handles.Select(static handle => handle.Id));
        }
    }

    private async Task WatchAsync(List<Guid> watched, Summary summary, Action looked, CancellationToken stop)
    {
        for (var left = watched.ToArray(); left.Length > 0;)
        {
            var still = new List<Guid>();
            foreach (var id in left)
            {
                var status = await jobs.FindAsync(id, stop);
                if (status is { State: < JobState.Succeeded })
                {
                    still.Add(id);
                    continue;
                }
                summary.Count(status);
            }
            looked();
            left = [.. still];
            if (left.Length > 0)
            {
                await Task.Delay(Look, stop);
            }
        }
        looked();
    }

    private void Tell(string noun, Summary summary)
    {
        if (json is not null)
        {
            json.WriteLine(JsonSerializer.Serialize(summary, JsonSerializerOptions.Web));
            return;
        }
        console.MarkupLineInterpolated($"[green]{summary.Succeeded}[/] {noun} done, [red]{summary.Failed}[/] failed; {summary.Known} of {summary.Known + summary.Enqueued} were enqueued before.");
        foreach (var error in summary.Errors)
        {
            console.MarkupLineInterpolated($"  [red]{error}[/]");
        }
    }
}

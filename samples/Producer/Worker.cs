using System.Collections.Concurrent;
using System.Text.Json;
using Realtime.Jobs;
using Spectre.Console;

namespace Realtime.Producer;

/// <summary>Runs jobs until it is told to stop, and shows what it does.</summary>
internal sealed class Worker(JobQueue jobs, IAnsiConsole console, TextWriter? json)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Guid, JobProgressed> _running = new();
    private int _done;
    private int _failed;

    public async Task<int> RunAsync(CancellationToken stop)
    {
        using var observing = jobs.Observe(On);
        if (json is null)
        {
            await console.Live(Render()).StartAsync(async live =>
            {
                while (!stop.IsCancellationRequested)
                {
                    live.UpdateTarget(Render());
                    await Task.Delay(Look, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            });
            console.MarkupLine("[yellow]Stopping:[/] what runs may end, the rest is handed back.");
        }
        else
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        using var patience = new CancellationTokenSource(Patience);
        await jobs.StopAsync(patience.Token);
        if (json is not null)
        {
            Write(new { done = _done, failed = _failed });
        }
        else
        {
            console.MarkupLineInterpolated($"[green]{_done}[/] done, [red]{_failed}[/] failed attempts.");
        }
        return 0;
    }

    private void On(JobEvent happened)
    {
        switch (happened)
        {
            case JobStarted started:
                _running[started.Id] = new JobProgressed(started.Id, started.Name, 0, null);
                break;
            case JobProgressed progressed:
                _running[progressed.Id] = progressed;
                break;
            case JobRetrying retrying:
                _running.TryRemove(retrying.Id, out _);
                Interlocked.Increment(ref _failed);
                break;
            case JobFinished finished:
                _running.TryRemove(finished.Id, out _);
                Interlocked.Increment(ref finished.State == JobState.Succeeded ? ref _done : ref _failed);
                if (json is not null)
                {
                    Write(new { id = finished.Id, name = finished.Name, state = finished.State, error = finished.Error?.Message });
                }
                break;
        }
    }

    private void Write<T>(T line)
    {
        lock (jobs)
        {
            json!.WriteLine(JsonSerializer.Serialize(line, JsonSerializerOptions.Web));
        }
    }

    private Table Render()
    {
        var table = new Table().AddColumns("Job", "Progress", "").Caption($"{_done} done, {_failed} failed attempts. Ctrl+C stops; what is left goes on at the next start.");
        foreach (var job in _running.Values.OrderBy(static job => job.Id).Take(20))
        {
            var filled = (int)(job.Fraction * 20);
            table.AddRow(Markup.Escape(job.Name), new string('━', filled) + new string('┈', 20 - filled), Markup.Escape(job.Message ?? ""));
        }
        return _running.IsEmpty ? table.AddRow("waiting for work", "", "") : table;
    }
}

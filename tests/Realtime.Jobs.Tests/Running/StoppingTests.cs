namespace Realtime.Jobs;

public sealed class StoppingTests
{
    [Fact]
    public async Task A_job_that_goes_on_though_it_was_told_to_stop_is_named_once_in_the_log()
    {
        await using var bench = new Workbench();
        var (deaf, release) = Deaf(bench);
        await bench.StartAsync();
        var handle = await deaf.Job.EnqueueAsync(1);
        await deaf.Started.WaitAsync(Workbench.Limit);

        await handle.CancelAsync();
        for (var seconds = 0; seconds < 60; seconds += 5)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(5));
            await bench.Log.UntilAsync(seconds < 10 ? 0 : 1, 3014);
        }
        release.SetResult();
        await handle.WaitAsync(Workbench.Soon);

        var line = Assert.Single(bench.Log.Entries, static entry => entry.Id == 3014);
        Assert.Contains($"Job deaf {handle.Id} was told to stop", line.Text, StringComparison.Ordinal);
        Assert.Contains("(Requested)", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_does_not_stop_with_the_app_is_named_and_handed_back()
    {
        var bench = new Workbench();
        var (deaf, release) = Deaf(bench);
        await bench.StartAsync();
        var handle = await deaf.Job.EnqueueAsync(1);
        await deaf.Started.WaitAsync(Workbench.Limit);

        await bench.Queue.StopAsync(new CancellationToken(canceled: true));
        release.SetResult();

        Assert.Contains(handle.Id.ToString(), Assert.Single(bench.Log.Entries, static entry => entry.Id == 3015).Text, StringComparison.Ordinal);
        Assert.Equal(JobState.Available, (await bench.Store.FindAsync(handle.Id, default))!.State);
        await bench.DisposeAsync();
    }

    private static ((Job<int> Job, Task Started), TaskCompletionSource Release) Deaf(Workbench bench)
    {
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var job = bench.Queue.Define<int>("deaf", async (int args, JobContext context) =>
        {
            started.TrySetResult();
            await release.Task;
        });
        return ((job, started.Task), release);
    }
}

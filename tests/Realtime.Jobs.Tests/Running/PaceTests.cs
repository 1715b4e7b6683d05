namespace Realtime.Jobs;

public sealed class PaceTests
{
    [Fact]
    public void Nobody_waits_where_no_jobs_are_run_or_workers_keep_up()
    {
        using var pace = new Pace(new Pulse());

        Assert.False(pace.IsTimeToWait(1000));
        pace.IsBehind = static () => false;
        Assert.False(pace.IsTimeToWait(1000));
    }

    [Fact]
    public async Task A_producer_goes_on_when_the_workers_have_caught_up()
    {
        var (progress, behind) = (new Pulse(), true);
        using var pace = new Pace(progress) { IsBehind = () => Volatile.Read(ref behind) };
        Assert.True(pace.IsTimeToWait(1000));

        var waiting = pace.WaitAsync();
        Volatile.Write(ref behind, false);
        progress.Fire();

        await waiting.AsTask().WaitAsync(Workbench.Limit);
    }

    [Fact]
    public async Task Workers_that_stay_behind_hold_no_producer_up_for_good()
    {
        using var pace = new Pace(new Pulse()) { IsBehind = static () => true };

        await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => await pace.WaitAsync())).WaitAsync(Workbench.Limit);
    }
}

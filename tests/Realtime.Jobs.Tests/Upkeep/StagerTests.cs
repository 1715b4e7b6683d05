using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Realtime.Testing;

namespace Realtime.Jobs;

public sealed class StagerTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_clock_put_forward_while_the_timer_is_set_makes_no_job_late()
    {
        var clock = new ManualTimeProvider();
        // The test advances to just before the job's time, and then over it while the stager sets its timer.
        var jumps = 0;
        var time = new JumpingTime(clock, () => Interlocked.Increment(ref jumps) == 1 ? Minute : TimeSpan.Zero);
        await using var store = new InMemoryJobStore(time);
        await using var services = new ServiceCollection().BuildServiceProvider();
        var runtime = new JobRuntime(store, time, services, NullLoggerFactory.Instance, new JobFeed());
        await store.EnqueueAsync(new JobSpec { Id = Guid.NewGuid(), Name = "job", Queue = "default", Args = "1"u8.ToArray(), EnqueuedAt = clock.GetUtcNow(), DueAt = clock.GetUtcNow() + Minute }, default);
        using var stop = new CancellationTokenSource();

        var running = new Stager(runtime, Minute).RunAsync(stop.Token);
        await runtime.Work.WaitAsync(Workbench.Soon);
        await stop.CancelAsync();
        await running;

        Assert.Equal(JobState.Available, Assert.Single(await store.CountAsync(default)).State);
    }

    /// <summary>A clock that jumps between being read and a timer being set.</summary>
    private sealed class JumpingTime(ManualTimeProvider clock, Func<TimeSpan> jump) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(clock, clock.CreateTimer(callback, state, dueTime, period), jump);

        private sealed class Timer(ManualTimeProvider clock, ITimer timer, Func<TimeSpan> jump) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                clock.Advance(jump());
                return timer.Change(dueTime, period);
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}

using System.Collections.Concurrent;
using System.Text.Json;
using Realtime.Jobs;

namespace Realtime.Flows;

public sealed class FlowTests : IAsyncDisposable
{
    private readonly Workbench _bench = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Job<int, int> _double;
    private readonly Job<int, string> _show;
    private readonly Job<int[], int> _sum;
    private readonly Job<string> _note;
    private readonly Job<int, int> _fail;
    private readonly Job<string> _look;

    public FlowTests()
    {
        _double = _bench.Queue.Define<int, int>("double", (int args) => args * 2);
        _show = _bench.Queue.Define<int, string>("show", (int args) => $"<{args}>");
        _sum = _bench.Queue.Define<int[], int>("sum", (int[] args) => args.Sum());
        _note = _bench.Queue.Define<string>("note", (string args) => _log.Enqueue(args));
        _fail = _bench.Queue.Define<int, int>("fail", int (int args) => throw new JobGiveUpException("No luck."));
        _look = _bench.Queue.Define<string>("look", async (string args, JobContext job) =>
        {
            foreach (var input in await job.InputsAsync())
            {
                _log.Enqueue($"{args}: {input.Name} {input.State} {input.Result} {input.Error?.Message}");
            }
        });
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_chain_hands_each_result_to_the_next_job()
    {
        await _bench.StartAsync();

        var handle = await _double.With(4).Then(_double).Then(_show).EnqueueAsync();

        Assert.Equal("<16>", await handle.ResultAsync(Workbench.Soon));
        var children = await handle.ChildrenAsync();
        Assert.Equal(["double", "double"], children.Select(static child => child.Name));
        Assert.All(children, child => Assert.Equal((handle.Id, JobState.Succeeded), (child.Parent, child.State)));
    }

    [Fact]
    public async Task A_join_is_given_the_results_of_its_group_in_order()
    {
        await _bench.StartAsync();

        var sum = await _bench.Queue.Group(Enumerable.Range(1, 10).Select(n => _double.With(n))).Then(_sum).Then(_show).EnqueueAsync();

        Assert.Equal("<110>", await sum.ResultAsync(Workbench.Soon));
    }

    [Fact]
    public async Task A_group_without_a_join_has_the_array_of_its_results()
    {
        await _bench.StartAsync();

        var doubled = await _bench.Queue.Group(_double.With(1), _double.With(2).Then(_double)).EnqueueAsync();
        var mixed = await _bench.Queue.Group(_double.With(1), _show.With(2), _note.With("three")).EnqueueAsync();

        Assert.Equal((int[])[2, 8], await doubled.ResultAsync(Workbench.Soon));
        Assert.Equal("[2,\"<2>\",null]", JsonSerializer.Serialize(await mixed.ResultAsync(Workbench.Soon), new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public async Task Groups_may_be_inside_of_groups_and_follow_each_other()
    {
        var flat = _bench.Queue.Define<int[][], int[]>("flat", (int[][] args) => args.SelectMany(static one => one).ToArray());
        await _bench.StartAsync();
        var pair = _bench.Queue.Group(_double.With(1), _double.With(2));

        var nested = await _bench.Queue.Group(pair, pair.Then(_bench.Queue.Group(_double.With(3), _double.With(4)))).Then(flat).Then(_sum).EnqueueAsync();

        Assert.Equal(2 + 4 + 6 + 8, await nested.ResultAsync(Workbench.Soon));
    }

    [Fact]
    public async Task A_result_may_be_handed_to_a_whole_group()
    {
        await _bench.StartAsync();

        var spread = await _double.With(1).ThenGroup(_double, _double, _double).Then(_sum).EnqueueAsync();

        Assert.Equal(12, await spread.ResultAsync(Workbench.Soon));
    }

    [Fact]
    public async Task An_empty_group_has_an_empty_result()
    {
        await _bench.StartAsync();

        var alone = await _bench.Queue.Group<int>().Then(_sum).EnqueueAsync();
        var behind = await _note.With("first").Then(_bench.Queue.Group<int>()).Then(_sum).EnqueueAsync();

        Assert.Equal(0, await alone.ResultAsync(Workbench.Soon));
        Assert.Equal(0, await behind.ResultAsync(Workbench.Soon));
        Assert.Equal(["first"], _log);
    }

    [Fact]
    public async Task A_chain_of_jobs_with_their_own_arguments_runs_in_order()
    {
        await _bench.StartAsync();

        var chain = await _bench.Queue.Chain(Enumerable.Range(0, 50).Select(n => _note.With($"{n}"))).EnqueueAsync();

        Assert.Equal(JobState.Succeeded, (await chain.WaitAsync(Workbench.Soon)).State);
        Assert.Equal(Enumerable.Range(0, 50).Select(static n => $"{n}"), _log);
        Assert.Throws<ArgumentException>(() => _bench.Queue.Chain());
    }

    [Fact]
    public async Task What_comes_after_a_failed_job_never_runs_and_whoever_waits_for_it_hears_why()
    {
        await _bench.StartAsync();

        var chain = await _fail.With(1).Then(_double).Then(_show).EnqueueAsync();

        var failure = await Assert.ThrowsAsync<JobFailedException>(() => chain.ResultAsync(Workbench.Soon));
        Assert.Equal((JobState.Cancelled, BrokenFlow.Type), (failure.State, failure.Error?.Type));
        Assert.Contains("'fail'", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("failed: No luck.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await chain.GetAsync()).Attempt);
    }

    [Fact]
    public async Task Finally_runs_however_it_ended_and_learns_how()
    {
        await _bench.StartAsync();

        var good = await _double.With(1).Finally(_look.With("good")).EnqueueAsync();
        await good.WaitAsync(Workbench.Soon);
        var bad = await _bench.Queue.Group(_double.With(1), _fail.With(1)).Finally(_look.With("bad")).EnqueueAsync();
        var end = await bad.WaitAsync(Workbench.Soon);

        Assert.Equal(JobState.Succeeded, end.State);
        Assert.Equal(["good: double Succeeded 2 ", "bad: double Succeeded 2 ", "bad: fail Failed  No luck."], _log);
    }

    [Fact]
    public async Task Cancelling_the_last_job_cancels_the_whole_flow()
    {
        var started = new SemaphoreSlim(0);
        var endless = _bench.Queue.Define<int, int>("endless", async (int args, JobContext job) =>
        {
            started.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, job.Cancellation);
            return 1;
        });
        var seen = new ConcurrentQueue<Guid>();
        _bench.Queue.Observe(happened =>
        {
            if (happened is JobFinished { State: JobState.Cancelled })
            {
                seen.Enqueue(happened.Id);
            }
        });
        await _bench.StartAsync();
        var flow = await _bench.Queue.Group(endless.With(1).Then(_double), endless.With(2).Then(_double)).Then(_sum).EnqueueAsync();
        for (var running = 0; running < 2; running++)
        {
            Assert.True(await started.WaitAsync(Workbench.Limit));
        }

        Assert.Equal(JobState.Cancelled, await flow.CancelAsync());
        await _bench.Queue.DrainAsync(Workbench.Soon);

        var children = await flow.ChildrenAsync();
        Assert.Equal(4, children.Count);
        Assert.All(children, static child => Assert.Equal(JobState.Cancelled, child.State));
        Assert.Equal(children.Select(static child => child.Id).Append(flow.Id).Order(), seen.Order());
    }

    [Fact]
    public async Task A_flow_enqueued_by_a_running_job_belongs_to_it_and_is_cancelled_with_it()
    {
        var enqueued = new TaskCompletionSource<JobHandle<string>>();
        var parent = _bench.Queue.Define<int>("parent", async (int args, JobContext job) =>
        {
            enqueued.SetResult(await _double.With(args, new EnqueueOptions { Delay = TimeSpan.FromDays(1) }).Then(_show).EnqueueAsync(job));
            await Task.Delay(Timeout.InfiniteTimeSpan, job.Cancellation);
        });
        await _bench.StartAsync();
        var handle = await parent.EnqueueAsync(1);
        var flow = await enqueued.Task.WaitAsync(Workbench.Limit);

        await handle.CancelAsync();

        Assert.Equal(handle.Id, (await flow.GetAsync()).Parent);
        Assert.Equal(JobState.Cancelled, (await flow.WaitAsync(Workbench.Soon)).State);
        Assert.Equal(JobState.Cancelled, Assert.Single(await flow.ChildrenAsync()).State);
        Assert.Equal(JobState.Cancelled, (await handle.WaitAsync(Workbench.Soon)).State);
    }

    [Fact]
    public async Task A_delay_inside_of_a_flow_begins_when_its_turn_has_come()
    {
        await _bench.StartAsync();
        var flow = await _double.With(1, new EnqueueOptions { Delay = TimeSpan.FromMinutes(1) }).Then(_double, new EnqueueOptions { Delay = TimeSpan.FromMinutes(1) }).EnqueueAsync();

        await _bench.Queue.DrainAsync(Workbench.Soon);
        _bench.Time.Advance(TimeSpan.FromMinutes(1));
        await _bench.Queue.DrainAsync(Workbench.Soon);
        var waiting = await flow.GetAsync();
        _bench.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal((JobState.Scheduled, _bench.Time.GetUtcNow()), (waiting.State, waiting.DueAt));
        Assert.Equal(4, await flow.ResultAsync(Workbench.Soon));
    }

    [Fact]
    public async Task A_flow_may_be_enqueued_many_times()
    {
        await _bench.StartAsync();
        var flow = _double.With(4).Then(_show);

        var (one, two) = (await flow.EnqueueAsync(), await flow.EnqueueAsync());

        Assert.NotEqual(one.Id, two.Id);
        Assert.Equal(("<8>", "<8>"), (await one.ResultAsync(Workbench.Soon), await two.ResultAsync(Workbench.Soon)));
    }

    [Fact]
    public async Task Jobs_of_two_apps_are_refused_in_one_flow()
    {
        await using var other = new Workbench();
        var stranger = other.Queue.Define<int, int>("stranger", (int args) => args);
        await _bench.StartAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _double.With(1).Then(stranger.With(2)).EnqueueAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _double.With(1).Then(stranger).EnqueueAsync());
    }

    [Fact]
    public async Task What_a_flow_cannot_keep_is_refused_with_what_to_do()
    {
        await _bench.StartAsync();

        await Assert.ThrowsAsync<ArgumentException>(async () => await _double.With(1, new EnqueueOptions { UniqueKey = "k" }).EnqueueAsync());
        await Assert.ThrowsAsync<ArgumentException>(async () => await _double.With(1).Then(_double, new EnqueueOptions { At = _bench.Time.GetUtcNow() }).EnqueueAsync());
    }

    [Fact]
    public async Task A_requeue_of_the_failed_job_lets_the_flow_go_on()
    {
        var fails = true;
        var flaky = _bench.Queue.Define<int, int>("flaky", (int args) => fails ? throw new JobGiveUpException("Not yet.") : args + 1);
        await _bench.StartAsync();
        var flow = await _bench.Queue.Group(_double.With(1), flaky.With(2)).Then(_sum).Then(_show).EnqueueAsync();
        var broken = await flow.WaitAsync(Workbench.Soon);
        var failed = (await flow.ChildrenAsync()).Single(static child => child.Name == "flaky");

        fails = false;
        Assert.Equal(JobState.Available, await _bench.Queue.RequeueAsync(failed.Id));
        await _bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(JobState.Cancelled, broken.State);
        Assert.Equal("<5>", await flow.ResultAsync(Workbench.Soon));
        Assert.Null((await flow.GetAsync()).Error);
    }
}

using Realtime.Jobs;

namespace Realtime;

public sealed class EnqueueTests
{
    [Fact]
    public async Task What_is_said_at_enqueue_is_kept_and_jobs_are_found_by_it()
    {
        await using var bench = new Workbench();
        bench.Queue.Queue("media", concurrency: 1);
        var job = bench.Queue.Define<int>("job", static (int args) => { });
        await bench.Queue.OpenAsync();
        var at = DateTimeOffset.UtcNow.AddDays(1);

        var handle = await job.EnqueueAsync(1, new EnqueueOptions { Queue = "media", At = at, Tags = ["nightly", "nightly", "eu"], Priority = 3, Retention = TimeSpan.FromHours(1) });
        await job.EnqueueAsync(2);

        var found = Assert.Single(await bench.Queue.ListAsync(new JobFilter { Tag = "eu" }));
        Assert.Equal((handle.Id, "media", at, JobState.Scheduled), (found.Id, found.Queue, found.DueAt, found.State));
        Assert.Equal(["nightly", "eu"], found.Tags);
        Assert.Equal(2, (await bench.Queue.ListAsync()).Count);
    }

    [Fact]
    public async Task An_existing_job_with_the_key_is_what_the_handle_is_for()
    {
        await using var bench = new Workbench();
        var report = bench.Queue.Define<int, int>("report", static (int args) => args);
        await bench.StartAsync();
        await bench.Queue.PauseAsync("default");

        var first = await report.EnqueueAsync(1, new EnqueueOptions { UniqueKey = "report" });
        var second = await report.EnqueueAsync(2, new EnqueueOptions { UniqueKey = "report" });
        await bench.Queue.ResumeAsync("default");

        Assert.Equal((true, false), (first.IsNew, second.IsNew));
        Assert.Equal(1, await second.ResultAsync(Workbench.Soon));
    }

    [Fact]
    public async Task A_rejected_job_throws_and_names_the_one_in_its_way()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<int>("job");
        await bench.OpenAsync();
        var reject = new EnqueueOptions { UniqueKey = "k", OnConflict = UniqueConflict.Reject };
        var first = await job.EnqueueAsync(1, reject);

        var one = await Assert.ThrowsAsync<JobConflictException>(async () => await job.EnqueueAsync(2, reject));
        var many = await Assert.ThrowsAsync<JobConflictException>(async () => await job.EnqueueManyAsync([3, 4], options: args => args == 3 ? new EnqueueOptions() : reject));

        Assert.Equal((first.Id, first.Id), (one.ExistingId, many.ExistingId));
        Assert.Contains("has the unique key 'k'", one.Message, StringComparison.Ordinal);
        Assert.Single(await bench.Queue.ListAsync());
    }

    [Fact]
    public async Task A_replaced_job_is_told_to_stop_and_whoever_waits_for_it_hears_so()
    {
        await using var bench = new Workbench();
        var started = new TaskCompletionSource();
        var job = bench.Queue.Define<int, int>("job", async (int args, JobContext context) =>
        {
            if (args == 1)
            {
                started.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, context.Cancellation);
            }
            return args;
        });
        await bench.StartAsync();
        var replace = new EnqueueOptions { UniqueKey = "k", OnConflict = UniqueConflict.Replace };
        var running = await job.EnqueueAsync(1, replace);
        await started.Task.WaitAsync(Workbench.Limit);

        var waiting = await job.EnqueueAsync(2, replace with { Delay = TimeSpan.FromHours(1) });
        var ended = waiting.WaitAsync(Workbench.Soon);
        var last = await job.EnqueueAsync(3, replace);

        Assert.Equal(3, await last.ResultAsync(Workbench.Soon));
        Assert.Equal(JobState.Cancelled, (await ended).State);
        Assert.Equal(JobState.Cancelled, (await running.WaitAsync(Workbench.Soon)).State);
    }

    [Fact]
    public async Task An_enqueue_that_is_done_again_adds_nothing_even_when_its_job_has_ended()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<int, int>("job", static (int args) => args);
        await bench.StartAsync();
        var once = new EnqueueOptions { IdempotencyKey = "request 1" };
        var first = await job.EnqueueAsync(1, once);
        await bench.Queue.DrainAsync(Workbench.Soon);

        var again = await job.EnqueueAsync(2, once);

        Assert.Equal((first.Id, false), (again.Id, again.IsNew));
        Assert.Equal(1, await again.ResultAsync(Workbench.Soon));
    }

    [Fact]
    public async Task Many_are_enqueued_with_options_of_their_own()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<int>("job");
        await bench.OpenAsync();

        var handles = await job.EnqueueManyAsync([1, 2, 1], TimeSpan.FromMinutes(1), static args => new EnqueueOptions { UniqueKey = $"{args}" });

        Assert.Equal([true, true, false], handles.Select(static handle => handle.IsNew));
        Assert.Equal(handles[0].Id, handles[2].Id);
        Assert.All(await bench.Queue.ListAsync(), static status => Assert.Equal((JobState.Scheduled, status.EnqueuedAt.AddMinutes(1)), (status.State, status.DueAt!.Value)));
    }

    [Fact]
    public async Task A_store_without_transactions_says_so()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<int>("job");
        await bench.OpenAsync();

        var error = await Assert.ThrowsAsync<JobStoreException>(async () => await job.EnqueueAsync(1, new NoTransaction()));

        Assert.Contains("InMemoryJobStore keeps its jobs where no transaction", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dead_letters_are_listed_requeued_one_or_all_and_purged()
    {
        await using var bench = new Workbench();
        var healed = false;
        var job = bench.Queue.Define<int>("job", (int args) => healed ? Task.CompletedTask : throw new InvalidOperationException("Ill."), new JobOptions { MaxAttempts = 1 });
        await bench.StartAsync();
        var handles = await job.EnqueueManyAsync(Enumerable.Range(0, 1200));
        await bench.Queue.DrainAsync(Workbench.Soon);
        Assert.Equal(1200, (await bench.Queue.ListAsync(new JobFilter { State = JobState.Failed }, limit: 5000)).Count);

        Assert.Equal(JobState.Available, await bench.Queue.RequeueAsync(handles[7].Id));
        await bench.Queue.DrainAsync(Workbench.Soon);
        var again = await handles[7].GetAsync();
        healed = true;
        var all = await bench.Queue.RequeueAllAsync();
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal((JobState.Failed, 2, 1200), (again.State, again.Attempt, all));
        Assert.Empty(await bench.Queue.ListAsync(new JobFilter { State = JobState.Failed }));
        Assert.Equal(1200, await bench.Queue.PurgeAsync());
        Assert.Empty(await bench.Queue.ListAsync());
    }

    private sealed class NoTransaction : System.Data.Common.DbTransaction
    {
        public override System.Data.IsolationLevel IsolationLevel => System.Data.IsolationLevel.Serializable;

        protected override System.Data.Common.DbConnection? DbConnection => null;

        public override void Commit()
        {
        }

        public override void Rollback()
        {
        }
    }

    [Fact]
    public async Task Keys_that_a_job_takes_from_its_arguments_need_not_be_said_at_enqueue()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<string, int>("report", options: new JobOptions<string> { UniqueBy = static args => args.Length > 3 ? null : args, LimitBy = static args => args });
        await bench.OpenAsync();

        var first = await job.EnqueueAsync("a");
        var again = await job.EnqueueAsync("a", delay: TimeSpan.FromHours(1));
        var many = await job.EnqueueManyAsync(["a", "b", "long", "long"]);
        var said = await job.EnqueueAsync("a", new EnqueueOptions { UniqueKey = "other", LimitKey = "mine" });

        Assert.Equal((true, false, first.Id), (first.IsNew, again.IsNew, again.Id));
        Assert.Equal([false, true, true, true], many.Select(static handle => handle.IsNew));
        var stored = (await bench.Store.FindAsync(first.Id, default))!.Spec;
        Assert.Equal(("report: a", "a"), (stored.UniqueKey, stored.LimitKey));
        var other = (await bench.Store.FindAsync(said.Id, default))!.Spec;
        Assert.Equal(("other", "mine"), (other.UniqueKey, other.LimitKey));
    }

    [Fact]
    public async Task What_a_job_says_of_a_conflict_counts_for_its_own_keys()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<string>("report", options: new JobOptions<string> { UniqueBy = static args => args, OnConflict = UniqueConflict.Reject });
        await bench.OpenAsync();
        await job.EnqueueAsync("a");

        await Assert.ThrowsAsync<JobConflictException>(async () => await job.EnqueueAsync("a"));
        await job.EnqueueAsync("b", new EnqueueOptions { UniqueKey = "k" });
        Assert.False((await job.EnqueueAsync("b", new EnqueueOptions { UniqueKey = "k" })).IsNew);
    }

    [Fact]
    public async Task In_a_flow_a_job_has_its_limit_key_and_no_unique_one()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<string, string>("step", options: new JobOptions<string> { UniqueBy = static args => args, LimitBy = static args => args });
        await bench.OpenAsync();

        await job.With("a").EnqueueAsync();
        await job.With("a").EnqueueAsync();

        var stored = await bench.Store.ListAsync(new JobFilter(), 10, null, default);
        Assert.Equal([("a", null), ("a", null)], stored.Select(static record => (record.Spec.LimitKey, record.Spec.UniqueKey)));
    }

    [Fact]
    public void Options_for_other_arguments_are_refused() => Assert.Contains(
        "give it JobOptions<int>",
        Assert.Throws<InvalidOperationException>(() => new JobQueue().Define<int>("job", options: new JobOptions<string>())).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task Many_jobs_with_results_have_handles_that_know_them()
    {
        await using var bench = new Workbench();
        var twice = bench.Queue.Define<int, int>("twice", static (int args) => args * 2);
        await bench.StartAsync();

        var handles = await twice.EnqueueManyAsync([1, 2, 3]);
        var results = await Task.WhenAll(handles.Select(static handle => handle.ResultAsync(Workbench.Soon)));

        Assert.Equal([2, 4, 6], results);
    }
}

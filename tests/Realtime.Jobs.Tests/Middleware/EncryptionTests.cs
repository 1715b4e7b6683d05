using System.Text;

namespace Realtime.Jobs;

public sealed class EncryptionTests
{
    private static readonly byte[] Old = [.. Enumerable.Repeat((byte)1, JobKeyRing.KeyLength)];
    private static readonly byte[] New = [.. Enumerable.Repeat((byte)2, JobKeyRing.KeyLength)];

    [Fact]
    public async Task The_store_does_not_see_the_arguments_and_the_handler_does()
    {
        await using var bench = new Workbench();
        bench.Queue.EncryptArgs(new JobKeyRing("2026", New));
        var job = bench.Queue.Define<string, string>("echo", (string args) => args);
        await bench.StartAsync();

        var handle = await job.EnqueueAsync("the secret", delay: TimeSpan.FromMinutes(1));
        var stored = Encoding.UTF8.GetString((await bench.Store.FindAsync(handle.Id, default))!.Spec.Args);
        bench.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.DoesNotContain("secret", stored, StringComparison.Ordinal);
        Assert.StartsWith("{\"$encrypted\":\"2026\"", stored, StringComparison.Ordinal);
        Assert.Equal("the secret", await handle.ResultAsync(Workbench.Soon));
    }

    [Fact]
    public async Task Jobs_under_an_older_key_and_jobs_from_before_run_too()
    {
        var store = new InMemoryJobStore();
        var ids = new List<Guid>();
        foreach (var keys in new[] { null, new JobKeyRing("2025", Old) })
        {
            await using var before = new Workbench(store);
            if (keys is not null)
            {
                before.Queue.EncryptArgs(keys);
            }
            var enqueue = before.Queue.Define<string>("echo");
            await before.OpenAsync();
            ids.Add((await enqueue.EnqueueAsync("hello")).Id);
        }
        await using var after = new Workbench(store);
        after.Queue.EncryptArgs(new JobKeyRing("2026", New).Add("2025", Old));
        after.Queue.Define<string, string>("echo", (string args) => args);
        await after.StartAsync();

        foreach (var id in ids)
        {
            Assert.Equal("hello", await after.Queue.Handle(id).ResultAsync<string>(Workbench.Soon));
        }
    }

    [Fact]
    public async Task A_job_whose_key_is_missing_is_quarantined_with_advice()
    {
        var store = new InMemoryJobStore();
        var id = await EnqueueAsync(store, new JobKeyRing("2025", Old));

        Assert.Contains("key '2025', which is not in this program's JobKeyRing", await QuarantinedAsync(store, new JobKeyRing("2026", New), id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_of_another_job_or_changed_ones_do_not_open()
    {
        var store = new InMemoryJobStore();
        var keys = new JobKeyRing("2026", New);
        var args = (await store.FindAsync(await EnqueueAsync(store, keys), default))!.Spec.Args;
        var stolen = Guid.NewGuid();
        await store.EnqueueAsync(new JobSpec { Id = stolen, Name = "echo", Queue = "default", Args = args, EnqueuedAt = DateTimeOffset.UnixEpoch }, default);

        Assert.Contains("do not open with the key '2026'", await QuarantinedAsync(store, keys, stolen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_arguments_can_be_refused()
    {
        var store = new InMemoryJobStore();
        var plain = Guid.NewGuid();
        await store.EnqueueAsync(new JobSpec { Id = plain, Name = "echo", Queue = "default", Args = "\"x\""u8.ToArray(), EnqueuedAt = DateTimeOffset.UnixEpoch }, default);

        Assert.Contains("are not encrypted", await QuarantinedAsync(store, new JobKeyRing("2026", New), plain, allowPlain: false), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_looks_encrypted_is_taken_as_it_is()
    {
        await using var bench = new Workbench();
        bench.Queue.Use(static (job, next) => next(job));
        bench.Queue.EncryptArgs(new JobKeyRing("2026", New));
        var job = bench.Queue.Define<Dictionary<string, string>, int>("count", (Dictionary<string, string> args) => args.Count);
        await bench.StartAsync();

        Assert.Equal(1, await (await job.EnqueueAsync(new() { ["$encrypted"] = "2025" })).ResultAsync(Workbench.Soon));
    }

    [Fact]
    public async Task Results_that_are_handed_on_must_be_encrypted_where_plain_ones_are_refused()
    {
        var store = new InMemoryJobStore();
        Guid last;
        await using (var before = new Workbench(store))
        {
            var plain = before.Queue.Define<string, string>("echo", (string args) => args);
            var next = before.Queue.Define<string, string>("next", options: new JobOptions { Queue = "later" });
            await before.StartAsync();
            var flow = await plain.With("hello").Then(next).EnqueueAsync();
            last = flow.Id;
            await (await flow.ChildrenAsync()).Select(child => before.Queue.Handle(child.Id)).Single().WaitAsync(Workbench.Soon);
        }
        await using var after = new Workbench(store);
        after.Queue.EncryptArgs(new JobKeyRing("2026", New), allowPlain: false);
        after.Queue.Define<string, string>("next", (string args) => args, new JobOptions { Queue = "later" });
        await after.StartAsync();

        var status = await after.Queue.Handle(last).WaitAsync(Workbench.Soon);

        Assert.Equal(JobState.Quarantined, status.State);
        Assert.Contains("is not encrypted", status.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_under_a_missing_key_says_so_and_does_not_hide_others()
    {
        var store = new InMemoryJobStore();
        Guid id;
        await using (var before = new Workbench(store))
        {
            before.Queue.EncryptArgs(new JobKeyRing("2025", Old));
            var echo = before.Queue.Define<string, string>("echo", (string args) => args);
            await before.StartAsync();
            var handle = await echo.EnqueueAsync("hello");
            await handle.WaitAsync(Workbench.Soon);
            id = handle.Id;
        }
        await using var after = new Workbench(store);
        after.Queue.EncryptArgs(new JobKeyRing("2026", New));
        await after.OpenAsync();

        Assert.Contains("key '2025'", (await Assert.ThrowsAsync<JobStoreException>(async () => await after.Queue.FindAsync(id))).Message, StringComparison.Ordinal);
        Assert.Contains("$encrypted", Assert.Single(await after.Queue.ListAsync()).Result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_have_one_length_and_names_of_their_own()
    {
        Assert.Throws<ArgumentException>(() => new JobKeyRing("2026", new byte[16]));
        Assert.Throws<ArgumentException>(() => new JobKeyRing("2026", New).Add("2026", Old));
    }

    private static async Task<Guid> EnqueueAsync(IJobStore store, JobKeyRing keys)
    {
        await using var bench = new Workbench(store);
        bench.Queue.EncryptArgs(keys);
        var job = bench.Queue.Define<string>("echo");
        await bench.OpenAsync();
        return (await job.EnqueueAsync("hello")).Id;
    }

    private static async Task<string> QuarantinedAsync(IJobStore store, JobKeyRing keys, Guid id, bool allowPlain = true)
    {
        await using var bench = new Workbench(store);
        bench.Queue.EncryptArgs(keys, allowPlain);
        bench.Queue.Define<string>("echo", (string args) => { });
        await bench.StartAsync();
        var status = await bench.Queue.Handle(id).WaitAsync(Workbench.Soon);
        Assert.Equal(JobState.Quarantined, status.State);
        return status.Error!.Message;
    }
}

using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Jobs;
using Xunit;

namespace Realtime.Conformance.Jobs;

public abstract partial class JobStoreConformance
{
    private const string Secret = "plain-4711";

    [Fact]
    public async Task Under_encryption_the_store_holds_nothing_of_what_a_flow_is_about()
    {
        var store = CreateStore();
        await using var services = new ServiceCollection().AddSingleton(Time).BuildServiceProvider();
        await using var queue = new JobQueue();
        queue.UseStore(_ => store);
        queue.EncryptArgs(new JobKeyRing("2026", [.. Enumerable.Repeat((byte)7, JobKeyRing.KeyLength)]), allowPlain: false);
        var say = queue.Define<string, string>("say", (string args) => args + "!");
        var join = queue.Define<string[], string>("join", (string[] args) => string.Join(' ', args));
        var tell = queue.Define<string, string>("tell", async (string args, JobContext job) => $"{args} = {(await job.InputsAsync())[0].Result}");
        var keep = queue.Define<string, string>("keep", async (string args, JobContext job) => await job.StepAsync("kept", () => Task.FromResult(args)) + (job.Attempt == 1 ? throw new JobGiveUpException("No.") : ""));
        await queue.StartAsync(services);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        var flow = await queue.Group(say.With(Secret).Then(say), say.With(Secret)).Then(join).Then(tell).EnqueueAsync();
        var nothing = await say.With(Secret).Then(queue.Group<string>()).EnqueueAsync();
        var kept = await keep.EnqueueAsync(Secret);

        Assert.Equal($"{Secret}!! {Secret}! = {Secret}!! {Secret}!", await flow.ResultAsync(limit.Token));
        Assert.Empty(await nothing.ResultAsync(limit.Token));
        Assert.Equal(JobState.Failed, (await kept.WaitAsync(limit.Token)).State);
        var records = await store.ListAsync(new JobFilter(), 100, null, default);
        Assert.Equal(8, records.Count);
        var stored = new List<byte[]?>();
        foreach (var record in records)
        {
            stored.AddRange([record.Spec.Args, record.Result]);
            stored.AddRange((await store.InputsAsync(record.Spec.Id, default)).Select(static input => input.Result));
            stored.AddRange((await store.StepsAsync(record.Spec.Id, default)).Values);
        }
        Assert.All(stored, static bytes => Assert.DoesNotContain(Secret, Encoding.UTF8.GetString(bytes ?? []), StringComparison.Ordinal));
        await queue.RequeueAsync(kept.Id);
        Assert.Equal(Secret, await kept.ResultAsync(limit.Token));
        Assert.Contains((await queue.ListAsync()).Select(static status => status.Result?.ToString()), static result => result?.Contains(Secret, StringComparison.Ordinal) is true);
    }
}

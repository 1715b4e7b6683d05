using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Testing;

namespace Realtime.Jobs;

public sealed class HandlerClassTests
{
    [Fact]
    public async Task A_class_runs_jobs_with_services_in_its_constructor_and_is_disposed_of_after_each_attempt()
    {
        var journal = new Journal();
        await using var bench = new Workbench(services: services => services.AddSingleton(journal));
        var job = bench.Queue.DefineHandler<int, Doubler>("double");
        await bench.StartAsync();

        await job.EnqueueManyAsync([1, 2]);
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal([2, 4], journal.Numbers.Order());
        Assert.Equal(2, journal.Disposed);
    }

    [Fact]
    public async Task A_class_that_is_registered_comes_from_the_services_of_the_attempt()
    {
        var journal = new Journal();
        await using var bench = new Workbench(services: services => services.AddSingleton(journal).AddScoped(_ => new Doubler(journal, factor: 3)));
        var job = bench.Queue.DefineHandler<int, Doubler>("double");
        await bench.StartAsync();

        await job.EnqueueAsync(5);
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal([15], journal.Numbers);
        Assert.Equal(1, journal.Disposed);
    }

    [Fact]
    public async Task A_class_with_a_result_gives_it()
    {
        var app = new App();
        var job = app.Job<int, string, Speller>("spell");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("7 at attempt 1", await (await job.EnqueueAsync(7)).ResultAsync(Workbench.Soon));
    }

    [Fact]
    public async Task A_class_that_the_services_cannot_make_stops_the_start_with_the_parameter()
    {
        var app = new App();
        app.Job<int, Doubler>("double");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await TestServer.StartAsync(app));

        Assert.Contains("The job 'double': the constructor of Doubler takes 'journal' of type Journal, which is no service", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_runs_jobs()
    {
        var app = new App();
        var job = app.Job<int, string>("spell", Methods.SpellAsync);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("3!", await (await job.EnqueueAsync(3)).ResultAsync(Workbench.Soon));
    }

    private static class Methods
    {
        public static async Task<string> SpellAsync(int number, JobContext job)
        {
            await Task.Yield();
            return $"{number}!";
        }
    }

    private sealed class Journal
    {
        public int Disposed;

        public ConcurrentQueue<int> Numbers { get; } = new();
    }

    private sealed class Doubler(Journal journal, int factor = 2) : IJobHandler<int>, IDisposable
    {
        public Task RunAsync(int args, JobContext job)
        {
            journal.Numbers.Enqueue(args * factor);
            return Task.CompletedTask;
        }

        public void Dispose() => Interlocked.Increment(ref journal.Disposed);
    }

    private sealed class Speller : IJobHandler<int, string>
    {
        public Task<string> RunAsync(int args, JobContext job) => Task.FromResult($"{args} at attempt {job.Attempt}");
    }
}

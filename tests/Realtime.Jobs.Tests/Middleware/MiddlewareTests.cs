using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Realtime.Jobs;

public sealed class MiddlewareTests
{
    private readonly List<string> _log = [];

    [Fact]
    public async Task Middleware_is_around_the_handler_the_first_added_outermost()
    {
        await using var bench = new Workbench();
        foreach (var name in new[] { "outer", "inner" })
        {
            bench.Queue.Use(async (job, next) =>
            {
                _log.Add($"{name} before {job.Name}");
                var result = await next(job);
                _log.Add($"{name} after {result}");
                return result;
            });
        }
        var job = bench.Queue.Define<int, int>("double", (int args) =>
        {
            _log.Add("handler");
            return args * 2;
        });
        await bench.StartAsync();

        var result = await (await job.EnqueueAsync(21)).ResultAsync(Workbench.Soon);

        Assert.Equal(42, result);
        Assert.Equal(["outer before double", "inner before double", "handler", "inner after 42", "outer after 42"], _log);
    }

    [Fact]
    public async Task Middleware_may_put_another_result_in_the_place_of_the_handlers()
    {
        await using var bench = new Workbench();
        bench.Queue.Use(static (job, next) => new ValueTask<object?>(7));
        var job = bench.Queue.Define<int, int>("double", (int args) => args * 2);
        await bench.StartAsync();

        Assert.Equal(7, await (await job.EnqueueAsync(21)).ResultAsync(Workbench.Soon));
    }

    [Fact]
    public async Task An_exception_out_of_middleware_fails_the_attempt_and_it_is_tried_again()
    {
        await using var bench = new Workbench();
        var attempts = 0;
        bench.Queue.Use((job, next) => ++attempts == 1 ? throw new InvalidOperationException("Not yet.") : next(job));
        var job = bench.Queue.Define<int>("job", (int args) => { });
        await bench.StartAsync();
        var handle = await job.EnqueueAsync(1);
        await bench.Queue.DrainAsync(Workbench.Soon);
        Assert.Equal("Not yet.", (await handle.GetAsync()).Error!.Message);

        bench.Time.Advance(TimeSpan.FromMinutes(1));
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(JobState.Succeeded, (await handle.GetAsync()).State);
    }

    [Fact]
    public async Task Classes_are_made_of_services_one_for_each_attempt_in_its_scope()
    {
        await using var bench = new Workbench(services: services => services.AddSingleton(_log).AddScoped<Tenant>());
        bench.Queue.UseEnqueue<StampTenant>();
        bench.Queue.Use<EnterTenant>();
        var job = bench.Queue.Define<int>("job", (int args, Tenant tenant) => _log.Add($"handler of {tenant.Name}"));
        await bench.StartAsync();

        await job.EnqueueManyAsync([1, 2]);
        await job.EnqueueAsync(3);
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(["handler of tenant 1", "handler of tenant 1", "handler of tenant 2"], _log.Order());
    }

    [Fact]
    public async Task Enqueue_middleware_that_does_not_go_on_enqueues_nothing_and_says_so()
    {
        await using var bench = new Workbench();
        bench.Queue.UseEnqueue(static (enqueue, next) => default);
        var job = bench.Queue.Define<int>("job", (int args) => { });
        await bench.StartAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await job.EnqueueAsync(1));
        Assert.Empty(await bench.Store.CountAsync(default));
    }

    [Fact]
    public async Task Enqueue_middleware_is_around_schedules_too()
    {
        await using var bench = new Workbench();
        bench.Queue.UseEnqueue(async (enqueue, next) =>
        {
            _log.AddRange(enqueue.Jobs.Select(static job => job.Name));
            await next(enqueue);
        });
        bench.Queue.Every("often", TimeSpan.FromSeconds(1), bench.Queue.Define<int>("tick", (int args) => { }), 1);
        await bench.StartAsync();

        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(["tick"], _log);
    }

    [Fact]
    public async Task Middleware_says_which_arguments_the_handler_gets()
    {
        await using var bench = new Workbench();
        bench.Queue.Use((job, next) =>
        {
            job.ArgsJson = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(job.ArgsJson.Span).Replace('1', '2'));
            return next(job);
        });
        var job = bench.Queue.Define<int, int>("same", (int args) => args);
        await bench.StartAsync();

        Assert.Equal(22, await (await job.EnqueueAsync(11)).ResultAsync(Workbench.Soon));
    }

    [Fact]
    public async Task Arguments_that_do_not_parse_are_quarantined_behind_middleware_too()
    {
        await using var bench = new Workbench();
        bench.Queue.Use(static (job, next) => next(job));
        bench.Queue.UseEnqueue(static (enqueue, next) =>
        {
            enqueue.Jobs[0].ArgsJson = "\"a word\""u8.ToArray();
            return next(enqueue);
        });
        var job = bench.Queue.Define<int>("job", (int args) => { });
        await bench.StartAsync();

        var status = await (await job.EnqueueAsync(1)).WaitAsync(Workbench.Soon);

        Assert.Equal(JobState.Quarantined, status.State);
        Assert.Contains("do not parse as int", status.Error!.Message, StringComparison.Ordinal);
    }

    private sealed class Tenant
    {
        public string Name { get; set; } = "";
    }

    private sealed class StampTenant(List<string> log) : IEnqueueMiddleware
    {
        private int _count;

        public ValueTask InvokeAsync(JobEnqueue enqueue, EnqueueDelegate next)
        {
            Assert.NotNull(log);
            _count++;
            foreach (var job in enqueue.Jobs)
            {
                job.SetHeader("tenant", $"tenant {_count}");
            }
            return next(enqueue);
        }
    }

    private sealed class EnterTenant(Tenant tenant) : IJobMiddleware
    {
        public ValueTask<object?> InvokeAsync(JobContext job, JobDelegate next)
        {
            tenant.Name = job.Headers["tenant"];
            return next(job);
        }
    }
}

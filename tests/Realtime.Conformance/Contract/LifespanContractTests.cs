using Realtime.Protocol;
using Xunit;

namespace Realtime.Conformance.Contract;

/// <summary>The contract's rules for the life of a server: every server inherits and passes them.</summary>
public abstract class LifespanContractTests
{
    private static readonly Uri Root = new("/", UriKind.Relative);

    protected abstract Task<ContractServer> StartAsync(Application application);

    [Fact]
    public async Task Startup_comes_first_and_every_connection_sees_its_state()
    {
        await using var server = await StartAsync(static async connection =>
        {
            if (connection is LifespanConnection lifespan)
            {
                lifespan.State["pool"] = "open";
                lifespan.StartupComplete();
                await lifespan.ShutdownRequested;
                return;
            }
            await ((HttpConnection)connection).WriteAsync($"{connection.State["pool"]}");
        });

        Assert.Equal("open", await server.Http.GetStringAsync(Root));
    }

    [Fact]
    public async Task An_exception_at_startup_fails_the_start()
    {
        var exception = await Assert.ThrowsAsync<FormatException>(() => StartAsync(static _ => throw new FormatException("no")));

        Assert.Equal("no", exception.Message);
    }

    [Fact]
    public async Task Stopping_fires_while_requests_are_open_and_shutdown_after_they_have_finished()
    {
        var events = new List<string>();
        var running = Probe.Signal();
        var stopping = Probe.Signal();
        var server = await StartAsync(async connection =>
        {
            if (connection is LifespanConnection lifespan)
            {
                lifespan.Stopping.Register(() =>
                {
                    events.Add("stopping");
                    stopping.SetResult();
                });
                lifespan.StartupComplete();
                await lifespan.ShutdownRequested;
                events.Add("shutdown");
                return;
            }
            running.SetResult();
            await stopping.Soon();
            events.Add("request finishes");
            await ((HttpConnection)connection).WriteAsync("slow but whole");
        });

        var getting = server.Http.GetStringAsync(Root);
        await running.Soon();
        await server.DisposeAsync();

        Assert.Equal("slow but whole", await getting);
        Assert.Equal(["stopping", "request finishes", "shutdown"], events);
    }

    [Fact]
    public async Task Stop_hooks_run_in_reverse_each_even_when_one_throws()
    {
        var events = new List<string>();
        var app = new App();
        app.OnStart(_ => Happened("start 1"));
        app.OnStart(_ => Happened("start 2"));
        app.OnStopping(() => events.Add("stopping"));
        app.OnStop(_ => Happened("stop 1"));
        app.OnStop(_ => throw new FormatException());
        app.OnStop(_ => Happened("stop 3"));

        var server = await StartAsync(app.Build());
        await server.DisposeAsync();

        Assert.Equal(["start 1", "start 2", "stopping", "stop 3", "stop 1"], events);

        ValueTask Happened(string what)
        {
            events.Add(what);
            return default;
        }
    }

    [Fact]
    public async Task Background_work_starts_with_the_server_and_is_waited_for()
    {
        var started = Probe.Signal();
        var ended = false;
        var app = new App();
        app.Background(async stopping =>
        {
            started.SetResult();
            var stopped = Probe.Signal();
            await using var registration = stopping.Register(stopped.SetResult);
            await stopped.Soon();
            ended = true;
        });

        var server = await StartAsync(app.Build());
        await started.Soon();
        await server.DisposeAsync();

        Assert.True(ended);
    }

    [Fact]
    public async Task An_exception_at_shutdown_does_not_fail_the_stop()
    {
        var server = await StartAsync(static async connection =>
        {
            var lifespan = (LifespanConnection)connection;
            lifespan.StartupComplete();
            await lifespan.ShutdownRequested;
            throw new FormatException();
        });

        await server.DisposeAsync();
    }
}

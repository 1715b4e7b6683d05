using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Realtime.Testing;

namespace Realtime.Core.Tests.Http;

public sealed class EventsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Events_are_written_as_the_specification_says()
    {
        var app = new App();
        app.Get("/", () => Response.Events(AllAsync<object>(
            1, "two\nlines", new { three = 3 }, new ServerEvent("x") { Event = "said", Id = "9", Retry = TimeSpan.FromSeconds(2) }, new ServerEvent(null))));
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            "data: 1\n\ndata: two\ndata: lines\n\ndata: {\"three\":3}\n\nevent: said\nid: 9\nretry: 2000\ndata: x\n\ndata: \n\n",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Each_event_goes_out_at_once_and_silence_is_filled()
    {
        var events = Channel.CreateUnbounded<int>();
        var app = new App();
        app.Get("/", () => Response.Events(events.Reader.ReadAllAsync(), heartbeat: TimeSpan.FromSeconds(15)));
        await using var server = await TestServer.StartAsync(app);
        using var response = await server.Http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        await events.Writer.WriteAsync(5);
        Assert.Equal("data: 5", await reader.ReadLineAsync().WaitAsync(Patience));
        Assert.Equal("", await reader.ReadLineAsync().WaitAsync(Patience));

        server.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(":", await reader.ReadLineAsync().WaitAsync(Patience));
        Assert.Equal("", await reader.ReadLineAsync().WaitAsync(Patience));
        events.Writer.Complete();
        Assert.Null(await reader.ReadLineAsync().WaitAsync(Patience));
    }

    [Fact]
    public async Task A_peer_that_goes_ends_the_stream()
    {
        var ended = new TaskCompletionSource();
        var app = new App();
        app.Get("/", (CancellationToken cancellation) => Response.Events(ForEverAsync(ended, cancellation)));
        await using var server = await TestServer.StartAsync(app);
        using var gone = new CancellationTokenSource();
        using var response = await server.Http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, gone.Token);
        var stream = await response.Content.ReadAsStreamAsync();
        Assert.NotEqual(0, await stream.ReadAsync(new byte[10]));

        response.Dispose();
        await gone.CancelAsync();

        await ended.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_server_that_stops_ends_the_stream()
    {
        var ended = new TaskCompletionSource();
        var app = new App();
        app.Get("/", () => Response.Events(ForEverAsync(ended)));
        var server = await TestServer.StartAsync(app, new TestServerOptions { ShutdownTimeout = Patience });
        using var response = await server.Http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        using var body = new StreamReader(await response.Content.ReadAsStreamAsync());
        // Behind the first event: the headers alone may arrive before it is written.
        Assert.Equal("data: 1", await body.ReadLineAsync().WaitAsync(Patience));

        await server.DisposeAsync();

        await ended.Task.WaitAsync(Patience);
        Assert.Equal("\n", await body.ReadToEndAsync().WaitAsync(Patience));
    }

    [Fact]
    public async Task A_peer_that_takes_nothing_is_cut_off_after_half_a_minute()
    {
        var ended = new TaskCompletionSource();
        var app = new App();
        app.Get("/", (CancellationToken cancellation) => Response.Events(FloodAsync(cancellation)));
        await using var server = await TestServer.StartAsync(app);
        using var response = await server.Http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var seconds = 0;
        using var limit = new CancellationTokenSource(Patience);

        // Nobody reads: sooner or later one more does not fit.
        for (; !ended.Task.IsCompleted; seconds++)
        {
            limit.Token.ThrowIfCancellationRequested();
            server.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.InRange(seconds, 30, int.MaxValue);
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null).WaitAsync(Patience));

        async IAsyncEnumerable<string> FloodAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            var text = new string('x', 10_000);
            try
            {
                while (true)
                {
                    await Task.Yield();
                    cancellation.ThrowIfCancellationRequested();
                    yield return text;
                }
            }
            finally
            {
                ended.SetResult();
            }
        }
    }

    private static async IAsyncEnumerable<T> AllAsync<T>(params T[] items)
    {
        foreach (var item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }

    private static async IAsyncEnumerable<int> ForEverAsync(TaskCompletionSource ended, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        try
        {
            yield return 1;
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        finally
        {
            ended.SetResult();
        }
    }
}

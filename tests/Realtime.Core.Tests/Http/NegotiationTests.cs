using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Realtime.Testing;

namespace Realtime.Core.Tests.Http;

public sealed class NegotiationTests
{
    [Theory]
    [InlineData(null, "application/json; charset=utf-8")]
    [InlineData("*/*", "application/json; charset=utf-8")]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8", "application/json; charset=utf-8")]
    [InlineData("application/xml", "application/json; charset=utf-8")]
    [InlineData("application/msgpack", "application/msgpack")]
    [InlineData("application/x-msgpack", "application/x-msgpack")]
    [InlineData("application/vnd.msgpack;q=0.9, application/json;q=0.8", "application/vnd.msgpack")]
    [InlineData("application/msgpack;q=0.5, application/json", "application/json; charset=utf-8")]
    [InlineData("application/msgpack, */*", "application/msgpack")]
    [InlineData("application/msgpack;q=0, */*", "application/json; charset=utf-8")]
    [InlineData("application/json, application/msgpack", "application/json; charset=utf-8")]
    [InlineData("application/msgpack, application/json", "application/msgpack")]
    [InlineData("APPLICATION/MSGPACK", "application/msgpack")]
    [InlineData("application/msgpack;q=nonsense", "application/msgpack")]
    [InlineData(",;,q=, application/msgpack", "application/msgpack")]
    public async Task A_value_is_written_in_the_form_that_is_liked_best(string? accept, string expected)
    {
        var app = new App();
        app.Get("/value", () => new { id = 1 });
        app.Get("/tuple", () => (new { id = 1 }, 201));
        app.Get("/created", () => Response.Created("/1", new { id = 1 }));
        app.Get("/json", () => Response.Json(new { id = 1 }));
        await using var server = await TestServer.StartAsync(app);

        foreach (var path in new[] { "/value", "/tuple", "/created" })
        {
            using var response = await GetAsync(server, path, accept);
            Assert.Equal(expected, response.Content.Headers.ContentType!.ToString());
            var body = await response.Content.ReadAsByteArrayAsync();
            byte[] pack = [0x81, 0xA2, (byte)'i', (byte)'d', 1];
            Assert.Equal(expected.Contains("msgpack", StringComparison.Ordinal) ? pack : "{\"id\":1}"u8.ToArray(), body);
        }
        using var json = await GetAsync(server, "/json", accept);
        Assert.Equal("application/json", json.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("application/xml", 406)]
    [InlineData("application/json;q=0", 406)]
    [InlineData("application/*", 200)]
    [InlineData(null, 200)]
    public async Task Only_a_strict_app_refuses_what_it_cannot_say(string? accept, int status)
    {
        var app = new App(new AppOptions { StrictAccept = true });
        app.Get("/value", () => new { id = 1 });
        app.Get("/sequence", CountAsync);
        await using var server = await TestServer.StartAsync(app);

        foreach (var path in new[] { "/value", "/sequence" })
        {
            using var response = await GetAsync(server, path, accept);
            Assert.Equal(status, (int)response.StatusCode);
        }
    }

    [Theory]
    [InlineData(null, "application/json", "[1,2]")]
    [InlineData("application/x-ndjson", "application/x-ndjson", "1\n2\n")]
    [InlineData("application/jsonl", "application/x-ndjson", "1\n2\n")]
    [InlineData("application/json, application/x-ndjson", "application/json", "[1,2]")]
    public async Task A_sequence_is_an_array_or_lines(string? accept, string type, string body)
    {
        var app = new App();
        app.Get("/", CountAsync);
        await using var server = await TestServer.StartAsync(app);

        using var response = await GetAsync(server, "/", accept);

        Assert.Equal((type, body), (response.Content.Headers.ContentType!.MediaType, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task An_empty_sequence_is_an_empty_array_and_no_lines()
    {
        var app = new App();
        app.Get("/array", () => NoneAsync());
        app.Get("/lines", () => Response.JsonLines(NoneAsync()));
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("[]", await server.Http.GetStringAsync("/array"));
        Assert.Equal("", await server.Http.GetStringAsync("/lines"));

        static async IAsyncEnumerable<int> NoneAsync()
        {
            await Task.Yield();
            yield break;
        }
    }

    [Fact]
    public async Task What_a_sequence_has_is_sent_while_it_waits()
    {
        var items = Channel.CreateUnbounded<string>();
        var app = new App();
        app.Get("/", () => Response.JsonLines(items.Reader.ReadAllAsync()));
        await using var server = await TestServer.StartAsync(app);
        await items.Writer.WriteAsync("one");
        using var response = await server.Http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var buffer = new char[5];
        await reader.ReadBlockAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        items.Writer.Complete();

        Assert.Equal("\"one\"\n", new string(buffer) + await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_sequence_that_fails_before_its_first_item_is_a_clean_error()
    {
        var app = new App();
        app.Get("/", () => FailAsync());
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);

        static async IAsyncEnumerable<int> FailAsync()
        {
            await Task.Yield();
            if (Environment.TickCount64 >= 0)
            {
                throw new HttpError(503);
            }
            yield return 1;
        }
    }

    [Fact]
    public async Task A_peer_that_goes_ends_the_sequence()
    {
        var ended = new TaskCompletionSource();
        var app = new App();
        app.Get("/", () => ForEverAsync());
        await using var server = await TestServer.StartAsync(app);
        using var gone = new CancellationTokenSource();
        using var response = await server.Http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, gone.Token);
        Assert.NotEqual(0, await (await response.Content.ReadAsStreamAsync()).ReadAsync(new byte[1]));

        response.Dispose();
        await gone.CancelAsync();

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));

        async IAsyncEnumerable<int> ForEverAsync([EnumeratorCancellation] CancellationToken cancellation = default)
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

    [Theory]
    [InlineData("text/html, application/json;q=0.9", "text/html")]
    [InlineData("application/*", "application/json")]
    [InlineData("image/png", "none")]
    [InlineData(null, "text/html")]
    public async Task A_handler_can_ask_what_is_liked_best(string? accept, string expected)
    {
        var app = new App();
        app.Get("/", (Request request) => request.Accepts("text/html", "application/json") ?? "none");
        await using var server = await TestServer.StartAsync(app);

        using var response = await GetAsync(server, "/", accept);

        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_address_is_made_fit_for_its_field()
    {
        var app = new App();
        app.Get("/", () => Response.Redirect("/grüße x?q=%20\r\nX-Evil: 1"));
        app.Get("/problem", () => Response.Problem(409, "Taken.", "taken"));
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");
        using var problem = await server.Http.GetAsync("/problem");

        Assert.Equal("/gr%C3%BC%C3%9Fe%20x?q=%20%0D%0AX-Evil:%201", response.Headers.GetValues("Location").Single());
        Assert.Equal((HttpStatusCode.Conflict, "application/problem+json"), (problem.StatusCode, problem.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task A_peer_that_takes_nothing_of_a_stream_is_cut_off()
    {
        var ended = new TaskCompletionSource();
        var app = new App();
        app.Get("/", () => Response.Stream(async (stream, cancellation) =>
        {
            try
            {
                while (true)
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(new string('x', 10_000)), cancellation);
                }
            }
            finally
            {
                ended.SetResult();
            }
        }));
        await using var server = await TestServer.StartAsync(app);
        using var response = await server.Http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        while (!ended.Task.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            server.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private static async IAsyncEnumerable<int> CountAsync()
    {
        yield return 1;
        await Task.Yield();
        yield return 2;
    }

    private static async Task<HttpResponseMessage> GetAsync(TestServer server, string path, string? accept)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
        {
            message.Headers.TryAddWithoutValidation("Accept", accept);
        }
        return await server.Http.SendAsync(message);
    }
}

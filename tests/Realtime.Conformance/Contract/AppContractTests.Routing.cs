using System.Net;
using Realtime.Protocol;
using Xunit;

namespace Realtime.Conformance.Contract;

public abstract partial class AppContractTests
{
    [Theory]
    [InlineData("/one/a%2Fb", 200, "a/b")]
    [InlineData("/one/a%252Fb", 200, "a%2Fb")]
    [InlineData("/one/%C3%A9%20%F0%9F%98%80", 200, "é 😀")]
    [InlineData("/one/%25", 200, "%")]
    [InlineData("/files/a%2Fb/c//d/", 200, "a/b/c//d/")]
    [InlineData("/one/a/", 308, "/one/a")]
    [InlineData("/one//a?x=%2F", 308, "/one/a?x=%2F")]
    [InlineData("/mounted/one/a%2Fb", 200, "/mounted a/b")]
    [InlineData("/mounted/one/a%2Fb/", 308, "/mounted/one/a%2Fb")]
    [InlineData("/one", 404, null)]
    public async Task Paths_are_decoded_and_made_canonical_segment_by_segment(string target, int status, string? expected)
    {
        var inner = new App();
        inner.Get("/one/{value}", (string value, HttpConnection http, Request request) => $"{request.Connection.RootPath} {value}");
        var app = new App();
        app.Get("/one/{value}", (string value) => value);
        app.Get("/files/{file:path}", (string file) => file);
        app.Mount("/mounted", inner);
        await using var server = await StartAsync(app.Build());

        using var response = await server.Http.GetAsync(new Uri(target, UriKind.Relative));

        if (status == 308)
        {
            // A client may have followed by itself.
            Assert.Equal(expected, response.StatusCode == HttpStatusCode.PermanentRedirect ? response.Headers.Location!.OriginalString : response.RequestMessage!.RequestUri!.PathAndQuery);
            return;
        }
        Assert.Equal(status, (int)response.StatusCode);
        if (expected is not null)
        {
            Assert.Equal(expected, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task HEAD_OPTIONS_and_405_come_with_the_routes()
    {
        var app = new App();
        app.Get("/notes/{id:int}", (int id) => $"note {id}");
        app.Delete("/notes/{id}", (string id) => id);
        await using var server = await StartAsync(app.Build());

        using var head = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/notes/7"));
        using var options = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/notes/7"));
        using var refused = await server.Http.PutAsync(new Uri("/notes/7", UriKind.Relative), content: null);

        Assert.Equal((200, 6L), ((int)head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal((204, "DELETE, GET, HEAD, OPTIONS"), ((int)options.StatusCode, string.Join(", ", options.Content.Headers.Allow)));
        Assert.Equal((405, "DELETE, GET, HEAD, OPTIONS"), ((int)refused.StatusCode, string.Join(", ", refused.Content.Headers.Allow)));
    }

    [Fact]
    public async Task After_reaches_every_answer_and_teardown_every_request()
    {
        var torn = 0;
        var app = new App();
        app.Get("/text", () => "text");
        app.Get("/stream", () => Response.Stream(static async (stream, _) => await stream.WriteAsync("streamed"u8.ToArray())));
        app.Get("/fails", string () => throw HttpError.Conflict("Taken."));
        app.Get("/handled", string () => throw new TimeoutException());
        app.OnError<TimeoutException>(() => ("busy", 503));
        app.Before((string? stop) => stop is null ? null : Response.Text("stopped", status: 403));
        app.After((Request request, Response response) => response.Headers["X-After"] = $"{request.Path} {response.StatusCode}");
        app.Teardown(() => Interlocked.Increment(ref torn));
        var server = await StartAsync(app.Build());
        await using (server)
        {
            foreach (var (target, status) in new[] { ("/text", 200), ("/stream", 200), ("/fails", 409), ("/handled", 503), ("/nowhere", 404), ("/text?stop=1", 403) })
            {
                using var response = await server.Http.GetAsync(new Uri(target, UriKind.Relative));

                Assert.Equal(status, (int)response.StatusCode);
                Assert.Equal($"{target.Split('?')[0]} {status}", Assert.Single(response.Headers.GetValues("X-After")));
                await response.Content.ReadAsStringAsync();
            }
        }

        Assert.Equal(6, torn);
    }

    [Fact]
    public async Task A_mounted_app_starts_and_stops_with_the_server()
    {
        var events = new List<string>();
        var inner = Noted("inner");
        inner.Get("/", (Request request) => $"{request.State["outer"]} {request.UrlFor("home")}").Named("home");
        var app = Noted("outer");
        app.Mount("/inner", inner);
        await using (var server = await StartAsync(app.Build()))
        {
            Assert.Equal("started /inner/", await server.Http.GetStringAsync(new Uri("/inner", UriKind.Relative)));
        }

        Assert.Equal(["outer starts", "inner starts", "inner stops", "outer stops"], events);

        App Noted(string name)
        {
            var noted = new App();
            noted.Mount($"/state-of-{name}", connection =>
            {
                connection.State[name] = "started";
                return default;
            });
            noted.OnStart(_ => Note($"{name} starts"));
            noted.OnStop(_ => Note($"{name} stops"));
            return noted;
        }

        ValueTask Note(string what)
        {
            events.Add(what);
            return default;
        }
    }

    [Fact]
    public async Task A_host_has_routes_of_its_own()
    {
        var app = new App();
        app.Get("/", () => "any");
        app.Host("{tenant}.example.com").Get("/", (string tenant, Request request) => $"{tenant} {request.UrlFor("other", new { host = "b" })}");
        app.Host("{host}.example.org").Get("/other", () => "other").Named("other");
        await using var server = await StartAsync(app.Build());

        Assert.Equal("any", await server.Http.GetStringAsync(Root));
        using var message = new HttpRequestMessage(HttpMethod.Get, Root) { Version = server.Http.DefaultRequestVersion, VersionPolicy = server.Http.DefaultVersionPolicy };
        message.Headers.Host = "acme.example.com";
        using var response = await server.Http.SendAsync(message);
        Assert.Equal((HttpStatusCode.OK, "acme http://b.example.org/other"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }
}

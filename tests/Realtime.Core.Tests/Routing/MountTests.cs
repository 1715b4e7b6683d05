using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Protocol;
using Realtime.Testing;

namespace Realtime.Core.Tests.Routing;

public sealed class MountTests
{
    [Theory]
    [InlineData("/v2", "/v2|/")]
    [InlineData("/v2/", "/v2|/")]
    [InlineData("/v2/a/b", "/v2|/a/b")]
    [InlineData("/v2/a%2Fb", "/v2|/a%2Fb")]
    [InlineData("/v2/own", "outer")]
    [InlineData("/v2/deep", "/v2/deep|/")]
    [InlineData("/v2/deep/x", "/v2/deep|/x")]
    [InlineData("/v2x", null)]
    [InlineData("/", null)]
    public async Task An_application_gets_what_nothing_else_under_its_path_answers(string path, string? expected)
    {
        var app = new App();
        app.Mount("/v2", Echo);
        app.Mount("/v2/deep/", Echo);
        app.Get("/v2/own", () => "outer");
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync(path);

        Assert.Equal(expected is null ? HttpStatusCode.NotFound : HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected ?? "", expected is null ? "" : await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_mount_at_the_root_gets_what_is_left()
    {
        var app = new App();
        app.Get("/own", () => "outer");
        app.Mount("/", Echo);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("outer", await server.Http.GetStringAsync("/own"));
        Assert.Equal("|/", await server.Http.GetStringAsync("/"));
        Assert.Equal("|/own/x", await server.Http.GetStringAsync("/own/x"));
    }

    [Fact]
    public async Task An_app_within_an_app_keeps_its_routes_hooks_and_addresses()
    {
        var inner = new App();
        inner.Get("/notes/{id:int}", (int id, Request request) => $"{request.UrlFor("note", new { id })} {request.Path}").Named("note");
        inner.After((Response response) => response.Headers["X-Inner"] = "yes");
        inner.OnError(404, () => "inner 404");
        var app = new App();
        app.Get("/notes/{id:int}", (int id) => $"outer {id}").Named("note");
        app.After((Response response) => response.Headers["X-Outer"] = "yes");
        app.Mount("/api/v2", inner);
        await using var server = await TestServer.StartAsync(app);

        using var note = await server.Http.GetAsync("/api/v2/notes/7");
        Assert.Equal("/api/v2/notes/7 /notes/7", await note.Content.ReadAsStringAsync());
        Assert.True(note.Headers.Contains("X-Inner"));
        Assert.False(note.Headers.Contains("X-Outer"));
        Assert.Equal("inner 404", await (await server.Http.GetAsync("/api/v2/nothing")).Content.ReadAsStringAsync());
        using var redirect = await server.Http.GetAsync("/api/v2/notes/7/");
        Assert.Equal("/api/v2/notes/7", redirect.Headers.Location!.OriginalString);
        Assert.Equal("outer 7", await server.Http.GetStringAsync("/notes/7"));
    }

    [Fact]
    public async Task Hooks_of_the_outer_app_guard_what_is_within()
    {
        var torn = 0;
        var app = new App();
        app.Before(Response? (string? key) => key is null ? Response.Text("Bring a key.", status: 401) : null);
        app.Teardown(() => torn++);
        app.OnError<FormatException>(() => Response.Text("formatted", status: 422));
        app.Mount("/echo", Echo);
        app.Mount("/failing", static connection => connection is HttpConnection ? throw new FormatException() : default);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.GetAsync("/echo")).StatusCode);
        Assert.Equal("/echo|/x", await server.Http.GetStringAsync("/echo/x?key=1"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await server.Http.GetAsync("/failing?key=1")).StatusCode);
        Assert.Equal(3, torn);
    }

    [Fact]
    public async Task Apps_start_in_order_and_stop_in_reverse_and_share_their_state()
    {
        var events = new List<string>();
        var app = Noted("outer", events);
        var first = Noted("first", events);
        var second = Noted("second", events);
        app.OnStart(_ => Note("outer last start"));
        app.Mount("/first", first);
        app.Mount("/again", connection => connection is LifespanConnection lifespan ? LiveAsync(lifespan) : default);
        app.Mount("/second", second);
        second.Get("/", (Request request) => $"{request.State["first"]}");
        await using (var server = await TestServer.StartAsync(app))
        {
            Assert.Equal("alive", await server.Http.GetStringAsync("/second"));
        }

        Assert.Equal(
            ["outer start", "outer last start", "first start", "plain start", "second start", "outer stopping", "second stop", "plain stop", "first stop", "outer stop"],
            events.Where(static one => one is not ("first stopping" or "second stopping")));
        Assert.Equal(2, events.Count(static one => one is "first stopping" or "second stopping"));

        ValueTask Note(string what)
        {
            events.Add(what);
            return default;
        }

        async ValueTask LiveAsync(LifespanConnection lifespan)
        {
            Assert.Equal("set", lifespan.State["outer"] = "set");
            lifespan.State["first"] = "alive";
            events.Add("plain start");
            lifespan.StartupComplete();
            await lifespan.ShutdownRequested;
            events.Add("plain stop");
        }
    }

    [Fact]
    public async Task A_start_that_fails_stops_what_has_started()
    {
        var events = new List<string>();
        var app = new App();
        var failing = new App();
        failing.OnStart(_ => throw new FormatException("no"));
        app.Mount("/first", Noted("first", events));
        app.Mount("/failing", failing);

        var error = await Assert.ThrowsAsync<FormatException>(() => TestServer.StartAsync(app));

        Assert.Equal("no", error.Message);
        Assert.Equal(["first start", "first stopping", "first stop"], events);
    }

    [Fact]
    public async Task An_app_within_logs_where_the_outer_does_and_has_its_clock()
    {
        var log = new ListLogger();
        var app = new App();
        app.Services.AddSingleton<ILoggerProvider>(log);
        var inner = new App();
        inner.Get("/", string () => throw new FormatException());
        inner.Get("/time", (TimeProvider time) => time.GetUtcNow().Year);
        app.Mount("/inner", inner);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(HttpStatusCode.InternalServerError, (await server.Http.GetAsync("/inner")).StatusCode);
        Assert.True(Assert.Single(log.Entries, static entry => entry.Level == LogLevel.Error).Exception is FormatException);
        Assert.Equal("2026", await server.Http.GetStringAsync("/inner/time"));
    }

    [Fact]
    public async Task Handshakes_reach_applications_too()
    {
        var inner = new App();
        inner.WebSocketRoute("/echo", static async request => await ((WebSocketConnection)request.Connection).AcceptAsync());
        var app = new App();
        app.Mount("/inner", inner);
        await using var server = await TestServer.StartAsync(app);

        using var socket = await server.ConnectWebSocketAsync("/inner/echo");
        await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/inner/other"));
    }

    [Fact]
    public void What_cannot_be_mounted_is_refused()
    {
        var app = new App();
        var inner = new App();
        app.Mount("/one", inner);

        Assert.Throws<ArgumentException>(() => app.Mount("/self", app));
        Assert.Throws<ArgumentException>(() => app.Mount("/{tenant}", Echo));
        Assert.Throws<InvalidOperationException>(() => app.Mount("/two", inner));
    }

    private static App Noted(string name, List<string> events)
    {
        var app = new App();
        app.OnStart(_ =>
        {
            events.Add($"{name} start");
            return default;
        });
        app.OnStopping(() => events.Add($"{name} stopping"));
        app.OnStop(_ =>
        {
            events.Add($"{name} stop");
            return default;
        });
        return app;
    }

    private static ValueTask Echo(Connection connection)
    {
        if (connection is HttpConnection http)
        {
            var text = System.Text.Encoding.UTF8.GetBytes($"{http.RootPath}|{http.Path}");
            System.Buffers.BuffersExtensions.Write(http.ResponseBody, text);
        }
        return default;
    }
}

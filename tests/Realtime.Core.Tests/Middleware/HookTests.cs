using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Testing;

namespace Realtime.Core.Tests.Middleware;

public sealed class HookTests
{
    private readonly List<string> _events = [];

    [Fact]
    public async Task Hooks_run_from_the_app_inwards_and_back_out()
    {
        var app = new App();
        var outer = new Blueprint("outer");
        var inner = new Blueprint("inner");
        foreach (var (name, map) in new (string, Realtime.Routing.RouteMap)[] { ("inner", inner), ("app", app), ("outer", outer) })
        {
            map.Teardown(() => _events.Add($"{name} teardown 1"));
            map.Teardown(() => _events.Add($"{name} teardown 2"));
            map.After(() => _events.Add($"{name} after 1"));
            map.After(() => _events.Add($"{name} after 2"));
            map.Before(() => _events.Add($"{name} before 1"));
            map.Before(async () =>
            {
                await Task.Yield();
                _events.Add($"{name} before 2");
            });
        }
        inner.Get("/", () =>
        {
            _events.Add("handler");
            return "answer";
        });
        outer.Register(inner);
        app.Register(outer);

        Assert.Equal("answer", await (await AskAsync(app)).Content.ReadAsStringAsync());

        Assert.Equal(
            [
                "app before 1", "app before 2", "outer before 1", "outer before 2", "inner before 1", "inner before 2", "handler",
                "inner after 2", "inner after 1", "outer after 2", "outer after 1", "app after 2", "app after 1",
                "inner teardown 2", "inner teardown 1", "outer teardown 2", "outer teardown 1", "app teardown 2", "app teardown 1",
            ],
            _events);
    }

    [Fact]
    public async Task Hooks_of_a_blueprint_leave_other_routes_alone()
    {
        var app = new App();
        var admin = new Blueprint("admin", prefix: "/admin");
        admin.Before(() => Response.Text("Who are you?", status: 401));
        admin.Get("/", () => "secret");
        app.Get("/", () => "public");
        app.Register(admin);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("public", await server.Http.GetStringAsync("/"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.GetAsync("/admin")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/admin/none")).StatusCode);
    }

    [Theory]
    [InlineData("/", 200)]
    [InlineData("/object", 200)]
    [InlineData("/pair", 202)]
    [InlineData("/nothing", 204)]
    [InlineData("/null", 404)]
    [InlineData("/page", 200)]
    [InlineData("/stream", 200)]
    [InlineData("/itself", 201)]
    [InlineData("/error", 409)]
    [InlineData("/thrown", 500)]
    [InlineData("/thrown/later", 500)]
    [InlineData("/nowhere", 404)]
    [InlineData("/wrong/x", 400)]
    public async Task After_changes_the_headers_of_every_answer(string path, int status)
    {
        var app = new App();
        app.Get("/", () => "text");
        app.Get("/object", () => new { a = 1 });
        app.Get("/pair", () => ("later", 202));
        app.Get("/nothing", () => { });
        app.Get("/null", string? () => null);
        app.Get("/page", () => Response.Html("<p>"));
        app.Get("/stream", () => Response.Stream(static async (stream, _) => await stream.WriteAsync("part"u8.ToArray())));
        app.Get("/itself", (Realtime.Protocol.HttpConnection http) =>
        {
            http.StatusCode = 201;
        });
        app.Get("/error", string () => throw HttpError.Conflict());
        app.Get("/thrown", string () => throw new TimeoutException());
        app.Get("/thrown/later", async () =>
        {
            await Task.Yield();
            throw new TimeoutException();
        });
        app.Get("/wrong/{text}", (string text, int page) => text + page);
        app.After((Request request, Response response) => response.Headers["X-After"] = $"{request.Path} {response.StatusCode}");

        using var response = await AskAsync(app, path);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal($"{path} {status}", Assert.Single(response.Headers.GetValues("X-After")));
    }

    [Fact]
    public async Task After_sees_405_and_OPTIONS_too()
    {
        var app = new App();
        app.Get("/", () => "text");
        app.After((Response response) => response.Headers["X-After"] = "yes");
        await using var server = await TestServer.StartAsync(app);

        using var refused = await server.Http.PostAsync("/", null);
        using var options = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/"));

        Assert.Equal((HttpStatusCode.MethodNotAllowed, "GET, HEAD, OPTIONS", true), (refused.StatusCode, refused.Content.Headers.Allow.Aggregate((a, b) => $"{a}, {b}"), refused.Headers.Contains("X-After")));
        Assert.Equal((HttpStatusCode.NoContent, true), (options.StatusCode, options.Headers.Contains("X-After")));
    }

    [Fact]
    public async Task After_replaces_the_answer_and_changes_its_status()
    {
        var app = new App();
        app.Get("/", () => "text");
        app.After((Response response) =>
        {
            response.StatusCode = 202;
        });
        app.After(() => Response.Text("other"));

        using var response = await AskAsync(app);

        Assert.Equal(("other", 202), (await response.Content.ReadAsStringAsync(), (int)response.StatusCode));
    }

    [Fact]
    public async Task A_response_from_Before_is_the_answer_and_what_comes_behind_does_not_run()
    {
        var app = new App();
        app.Before((Request request) => request.Headers["X-Blocked"].Count > 0 ? Response.Text("Blocked.", status: 403) : null);
        app.Before(() => _events.Add("second"));
        app.After((Response response) => response.Headers["X-After"] = "yes");
        app.Get("/", () =>
        {
            _events.Add("handler");
            return "open";
        });
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("open", await server.Http.GetStringAsync("/"));
        Assert.Equal(["second", "handler"], _events);
        server.Http.DefaultRequestHeaders.Add("X-Blocked", "1");
        using var response = await server.Http.GetAsync("/");

        Assert.Equal((HttpStatusCode.Forbidden, true), (response.StatusCode, response.Headers.Contains("X-After")));
        Assert.Equal(2, _events.Count);
    }

    [Fact]
    public async Task Hooks_take_services_queries_and_the_values_of_the_path()
    {
        var app = new App();
        app.Services.AddSingleton(_events);
        app.Before((List<string> events, string? project, int page = 1) => events.Add($"{project} {page}"));
        var projects = new Blueprint("projects", prefix: "/projects/{project}");
        projects.Before((List<string> events, string project) => events.Add(project));
        projects.Get("/{id}", (string id) => id);
        app.Get("/{id}/{project}", (string id) => id);
        app.Register(projects);
        await using var server = await TestServer.StartAsync(app);

        await server.Http.GetStringAsync("/projects/a/b?page=4");
        await server.Http.GetStringAsync("/x/y");

        Assert.Equal(["a 4", "a", "y 1"], _events);
    }

    [Fact]
    public async Task Every_teardown_runs_when_one_throws_and_learns_what_went_wrong()
    {
        var log = new ListLogger();
        var app = new App();
        app.Services.AddSingleton<ILoggerProvider>(log);
        app.Teardown((Exception? exception) => _events.Add($"first {exception?.Message}"));
        app.Teardown(void () => throw new InvalidOperationException("teardown"));
        app.Teardown((TimeoutException? exception, Response? response) => _events.Add($"third {exception?.Message} {response?.StatusCode}"));
        app.OnError<TimeoutException>(() => Response.Text("Busy.", status: 503));
        app.Get("/", () => "fine");
        app.Get("/late", string () => throw new TimeoutException("late"));
        app.Get("/bad", string () => throw new FormatException("bad"));
        await using var server = await TestServer.StartAsync(app);

        await server.Http.GetStringAsync("/");
        using var late = await server.Http.GetAsync("/late");
        using var bad = await server.Http.GetAsync("/bad");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.InternalServerError), (late.StatusCode, bad.StatusCode));
        Assert.Equal(["third  200", "first ", "third late 503", "first late", "third  500", "first bad"], _events);
        Assert.Equal(3, log.Entries.Count(static entry => entry.Exception is InvalidOperationException));
    }

    [Fact]
    public async Task A_hook_that_throws_is_answered_as_a_handler_that_does()
    {
        var app = new App();
        app.Before((Request request) => request.Path == "/before" ? throw HttpError.Forbidden() : "go on");
        app.After((Request request, Exception? exception) => request.Path == "/after" && exception is null ? throw new HttpError(418) : "go on");
        app.Get("/{name}", (string name) => name);
        app.OnError(403, (HttpError error) => $"No: {error.Message}");
        await using var server = await TestServer.StartAsync(app);

        using var before = await server.Http.GetAsync("/before");
        using var after = await server.Http.GetAsync("/after");

        Assert.Equal((403, "No: Forbidden."), ((int)before.StatusCode, await before.Content.ReadAsStringAsync()));
        Assert.Equal(418, (int)after.StatusCode);
        Assert.Equal("other", await server.Http.GetStringAsync("/other"));
    }

    [Fact]
    public async Task A_hook_that_always_throws_still_leaves_an_answer()
    {
        var app = new App();
        app.After(void () => throw new FormatException());
        app.Get("/", () => "text");

        using var response = await AskAsync(app);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Fact]
    public async Task Before_guards_sockets_and_teardown_ends_them()
    {
        var ended = new TaskCompletionSource();
        var app = new App();
        app.Before(Response? (string? token) => token is null ? throw HttpError.Unauthorized("Bring a token.") : null);
        app.Before((string token) => token == "old" ? Response.Text("Too late.", status: 410) : null);
        app.Teardown(() => ended.SetResult());
        app.WebSocketRoute("/echo", static async request => await ((Realtime.Protocol.WebSocketConnection)request.Connection).AcceptAsync());
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(401, (await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/echo"))).Denial.StatusCode);
        ended = new TaskCompletionSource();
        Assert.Equal(410, (await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/echo?token=old"))).Denial.StatusCode);
        ended = new TaskCompletionSource();
        using var socket = await server.ConnectWebSocketAsync("/echo?token=new");
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_hook_with_a_parameter_that_nothing_binds_fails_the_start()
    {
        var app = new App();
        app.Before((Response response) => response.StatusCode);
        app.Get("/", () => "text");

        var error = Assert.Throws<InvalidOperationException>(() => app.Build());

        Assert.Contains("Before: nothing can bind the parameter 'response'", error.Message, StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> AskAsync(App app, string path = "/")
    {
        await using var server = await TestServer.StartAsync(app);
        return await server.Http.GetAsync(path);
    }
}

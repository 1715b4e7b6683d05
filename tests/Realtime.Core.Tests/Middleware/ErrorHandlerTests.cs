using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Binding;
using Realtime.Testing;

namespace Realtime.Core.Tests.Middleware;

public sealed class ErrorHandlerTests
{
    [Theory]
    [InlineData("/thrown", "404 There is no such thing.")]
    [InlineData("/nowhere", "404 There is nothing at /nowhere.")]
    public async Task A_status_has_a_handler_whoever_says_it(string path, string expected)
    {
        var app = new App();
        app.Get("/thrown", string () => throw HttpError.NotFound("There is no such thing."));
        app.OnError(404, (HttpError error) => Response.Text($"{error.Status} {error.Message}", status: 404));
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync(path);

        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData(typeof(ArgumentOutOfRangeException), "argument")]
    [InlineData(typeof(ArgumentNullException), "null")]
    [InlineData(typeof(FormatException), "500 FormatException")]
    public async Task The_nearest_type_goes_first_and_the_status_last(Type type, string expected)
    {
        var app = new App();
        app.OnError(500, (HttpError error, Exception exception) => $"{error.Status} {exception.GetType().Name}");
        app.OnError<ArgumentException>((ArgumentException _) => "argument");
        app.OnError<ArgumentNullException>(() => "null");
        app.Get("/", string () => throw (Exception)Activator.CreateInstance(type)!);
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");

        Assert.Equal((HttpStatusCode.InternalServerError, expected), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_blueprints_handler_goes_before_the_apps()
    {
        var app = new App();
        var notes = new Blueprint("notes", prefix: "/notes");
        var inner = new Blueprint("inner", prefix: "/inner");
        app.OnError(409, () => "app");
        app.OnError<TimeoutException>(() => "app timeout");
        notes.OnError(409, () => "notes");
        notes.OnError<Exception>(() => "notes exception");
        inner.OnError(404, () => "inner");
        foreach (var map in new Realtime.Routing.RouteMap[] { app, notes, inner })
        {
            map.Get("/conflict", string () => throw HttpError.Conflict());
            map.Get("/missing", string? () => null);
            map.Get("/timeout", string () => throw new TimeoutException());
        }
        notes.Register(inner);
        app.Register(notes);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("app", await BodyAsync(server, "/conflict"));
        Assert.Equal("app timeout", await BodyAsync(server, "/timeout"));
        Assert.Equal("notes", await BodyAsync(server, "/notes/conflict"));
        Assert.Equal("notes exception", await BodyAsync(server, "/notes/timeout"));
        Assert.Contains("about:blank", await BodyAsync(server, "/notes/missing"), StringComparison.Ordinal);
        Assert.Equal("notes", await BodyAsync(server, "/notes/inner/conflict"));
        Assert.Equal("inner", await BodyAsync(server, "/notes/inner/missing"));
    }

    [Fact]
    public async Task A_handler_of_all_exceptions_is_not_asked_about_answers()
    {
        var app = new App();
        app.OnError<Exception>((Exception exception) => exception.GetType().Name);
        app.Get("/conflict", string () => throw HttpError.Conflict());
        app.Get("/wrong", (int page) => page);
        app.Get("/bad", string () => throw new FormatException());
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(409, (await ProblemAsync(server, "/conflict")).GetProperty("status").GetInt32());
        Assert.Equal(404, (await ProblemAsync(server, "/nowhere")).GetProperty("status").GetInt32());
        Assert.Equal(400, (await ProblemAsync(server, "/wrong")).GetProperty("status").GetInt32());
        Assert.Equal("FormatException", await BodyAsync(server, "/bad"));
    }

    [Fact]
    public async Task A_value_that_does_not_fit_has_its_type_then_its_status()
    {
        var app = new App();
        app.OnError(400, (HttpError error) => $"status: {error.Message}");
        var typed = new Blueprint(prefix: "/typed");
        typed.OnError(400, () => "status");
        typed.OnError<BindingException>((BindingException error) => $"type: {error.Field}");
        app.Get("/wrong", (int page) => page);
        typed.Get("/wrong", (int page) => page);
        app.Register(typed);
        await using var server = await TestServer.StartAsync(app);

        Assert.StartsWith("status: 'page' in the query is missing", await BodyAsync(server, "/wrong"), StringComparison.Ordinal);
        Assert.Equal("type: page", await BodyAsync(server, "/typed/wrong"));
    }

    [Fact]
    public async Task A_plain_result_has_the_errors_status_and_a_pair_its_own()
    {
        var app = new App();
        app.OnError(404, (Request request) => new { nothingAt = request.Path });
        app.OnError<TimeoutException>(async () =>
        {
            await Task.Yield();
            return ("Busy, try again.", 503);
        });
        app.Get("/busy", string () => throw new TimeoutException());
        await using var server = await TestServer.StartAsync(app);

        using var missing = await server.Http.GetAsync("/x");
        using var busy = await server.Http.GetAsync("/busy");

        Assert.Equal((404, """{"nothingAt":"/x"}"""), ((int)missing.StatusCode, await missing.Content.ReadAsStringAsync()));
        Assert.Equal((503, "Busy, try again."), ((int)busy.StatusCode, await busy.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_handler_that_returns_nothing_leaves_the_error_to_the_next()
    {
        var seen = new List<string>();
        var app = new App();
        app.OnError<TimeoutException>(string? (TimeoutException exception) =>
        {
            seen.Add(exception.Message);
            return null;
        });
        app.OnError<Exception>((Exception exception, Response response) =>
        {
            seen.Add(exception.GetType().Name);
            response.Headers["Retry-After"] = "5";
        });
        app.Get("/", string () => throw new TimeoutException("late"));
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");

        Assert.Equal(["late", "TimeoutException"], seen);
        Assert.Equal("5", response.Headers.RetryAfter!.ToString());
        Assert.Equal("internal", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task What_nobody_named_is_logged_even_where_a_handler_answers()
    {
        var log = new ListLogger();
        var app = new App();
        app.Services.AddSingleton<ILoggerProvider>(log);
        app.OnError<TimeoutException>(() => "named");
        app.OnError(500, (Exception _) => "status");
        app.Get("/named", string () => throw new TimeoutException());
        app.Get("/other", string () => throw new FormatException());
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("named", await BodyAsync(server, "/named"));
        Assert.Empty(log.Entries);
        Assert.Equal("status", await BodyAsync(server, "/other"));
        Assert.True(Assert.Single(log.Entries).Exception is FormatException);
    }

    [Fact]
    public async Task A_handler_that_throws_is_a_plain_500()
    {
        var log = new ListLogger();
        var app = new App();
        app.Services.AddSingleton<ILoggerProvider>(log);
        app.OnError(404, string () => throw new FormatException("the secret"));
        await using var server = await TestServer.StartAsync(app);

        var problem = await ProblemAsync(server, "/");

        Assert.Equal("internal", problem.GetProperty("code").GetString());
        Assert.Contains(log.Entries, entry => entry.Message.Contains(problem.GetProperty("reference").GetString()!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/thrown")]
    [InlineData("/returned")]
    public async Task A_handler_makes_an_exception_an_answer_that_has_handlers_too(string path)
    {
        var app = new App();
        app.OnError<KeyNotFoundException>(HttpError () => throw HttpError.NotFound("No such key."));
        app.OnError<FormatException>(() => HttpError.NotFound("No such key."));
        app.OnError(404, (HttpError error, Exception exception) => $"{error.Message} {exception.GetType().Name}");
        app.Get("/thrown", string () => throw new KeyNotFoundException());
        app.Get("/returned", string () => throw new FormatException());
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync(path);

        Assert.Equal((404, $"No such key. {(path == "/thrown" ? "KeyNotFoundException" : "FormatException")}"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Allow_stays_with_a_handled_405()
    {
        var app = new App();
        app.Get("/", () => "text");
        app.OnError(405, () => "Not like this.");
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsync("/", null);

        Assert.Equal((405, "Not like this."), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal(["GET", "HEAD", "OPTIONS"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task An_error_brings_its_headers()
    {
        var app = new App();
        app.Get("/", string () => throw new HttpError(429, "Slower, please.") { Headers = { ["Retry-After"] = "60" } });
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");

        Assert.Equal("60", response.Headers.RetryAfter!.ToString());
    }

    [Theory]
    [InlineData(399)]
    [InlineData(600)]
    public void A_status_that_is_no_error_has_no_handler(int status) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new App().OnError(status, () => "x"));

    private static async Task<string> BodyAsync(TestServer server, string path) => await (await server.Http.GetAsync(path)).Content.ReadAsStringAsync();

    private static async Task<JsonElement> ProblemAsync(TestServer server, string path) => await (await server.Http.GetAsync(path)).Content.ReadFromJsonAsync<JsonElement>();
}

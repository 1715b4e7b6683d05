using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Testing;

namespace Realtime.Core.Tests.Http;

public sealed class ErrorTests
{
    [Fact]
    public async Task A_thrown_HttpError_is_a_problem_document()
    {
        var app = new App();
        app.Get("/notes/{id:int}", string (int id) => throw HttpError.NotFound($"There is no note {id}."));
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/notes/5");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(
            """{"type":"about:blank","title":"Not Found","status":404,"detail":"There is no note 5.","code":"not_found"}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_browser_gets_a_page()
    {
        var app = new App();
        app.Get("/", string () => throw HttpError.Conflict("1 < 2"));
        await using var server = await TestServer.StartAsync(app);
        server.Http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));

        using var response = await server.Http.GetAsync("/");

        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("<p>1 &lt; 2</p>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/now")]
    [InlineData("/later")]
    public async Task An_unexpected_exception_is_a_500_whose_reference_is_in_the_log(string path)
    {
        var log = new ListLogger();
        var app = new App();
        app.Services.AddSingleton<ILoggerProvider>(log);
        app.Get("/now", string () => throw new TimeoutException("the secret host is down"));
        app.Get("/later", async () =>
        {
            await Task.Yield();
            throw new TimeoutException("the secret host is down");
        });
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var body = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
        var reference = JsonDocument.Parse(body).RootElement.GetProperty("reference").GetString()!;
        var (level, message, exception) = Assert.Single(log.Entries, entry => entry.Message.Contains(reference, StringComparison.Ordinal));
        Assert.Equal((LogLevel.Error, true), (level, exception is TimeoutException));
        Assert.Contains($"GET {path}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_written_before_an_exception_is_taken_back()
    {
        var app = new App();
        app.Get("/", (Realtime.Protocol.HttpConnection http) =>
        {
            http.ResponseHeaders["X-Half"] = "yes";
            System.Buffers.BuffersExtensions.Write(http.ResponseBody, "half"u8);
            throw new HttpError(503, "Busy.");
        });
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.False(response.Headers.Contains("X-Half"));
        Assert.Equal("Busy.", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_request_kept_too_long_says_so()
    {
        Request? kept = null;
        var app = new App();
        app.Get("/keep", (Request request) =>
        {
            kept = request;
        });
        app.Get("/other", () => "other");
        await using var server = await TestServer.StartAsync(app);
        await server.Http.GetAsync("/keep");
        await server.Http.GetAsync("/other");

        Assert.Throws<ObjectDisposedException>(() => kept!.Path);
    }

    [Fact]
    public async Task Requests_are_logged_in_development_only()
    {
        foreach (var development in new[] { true, false })
        {
            var log = new ListLogger();
            var app = new App { IsDevelopment = development };
            app.Services.AddSingleton<ILoggerProvider>(log);
            app.Get("/", () => "x");
            await using (var server = await TestServer.StartAsync(app))
            {
                await server.Http.GetStringAsync("/");
                using var missing = await server.Http.GetAsync("/missing%0AGET%20/forged");
            }

            string[] expected = development ? ["GET / 200 0.0 ms", @"GET /missing\u000aGET /forged 404 0.0 ms"] : [];
            Assert.Equal(expected, log.Entries.Where(entry => entry.Message.StartsWith("GET", StringComparison.Ordinal)).Select(entry => entry.Message));
        }
    }
}

using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Testing;

namespace Realtime.Core.Tests.Middleware;

public sealed class DebugPageTests
{
    [Fact]
    public async Task In_development_a_page_shows_the_chain_the_source_the_route_and_the_request()
    {
        await using var server = await StartAsync(isDevelopment: true);

        using var response = await server.Http.GetAsync("/orders/7?page=<2>&accessToken=hunter22");
        var page = await response.Content.ReadAsStringAsync();

        Assert.Equal((500, "text/html"), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        foreach (var part in new[]
        {
            "<h1>InvalidOperationException</h1>", "Order 7 cannot be shipped.", "<h2>TimeoutException <small>was the cause</small></h2>", "The store is silent.",
            "DebugPageTests.cs:", "throw new TimeoutException(&quot;The store is silent.&quot;);", "GET /orders/{id:int}  (order)", "<tr><td>id</td><td>7</td></tr>", "<td>&lt;2&gt;</td>",
        })
        {
            Assert.True(page.Contains(part, StringComparison.Ordinal), $"'{part}' is missing in {page}");
        }
        Assert.Contains("script-src 'sha256-", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_of_the_request_are_shown_nowhere()
    {
        await using var server = await StartAsync(isDevelopment: true);
        server.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "jwt.abc.def");
        server.Http.DefaultRequestHeaders.Add("Cookie", "session=s3cr3tvalue; theme=darkside");
        server.Http.DefaultRequestHeaders.Add("X-Api-Key", "key-123456");

        foreach (var accept in new[] { "text/html", "application/json" })
        {
            server.Http.DefaultRequestHeaders.Accept.Clear();
            server.Http.DefaultRequestHeaders.Accept.ParseAdd(accept);
            var get = await (await server.Http.GetAsync("/leak?password=hunter22&q=fine")).Content.ReadAsStringAsync();
            var post = await (await server.Http.PostAsync("/form", new FormUrlEncodedContent([new("user", "ada"), new("new_password", "correct horse")]))).Content.ReadAsStringAsync();

            foreach (var secret in new[] { "jwt.abc.def", "s3cr3tvalue", "darkside", "key-123456", "hunter22", "correct horse" })
            {
                Assert.DoesNotContain(secret, get + post, StringComparison.Ordinal);
            }
            if (accept == "text/html")
            {
                Assert.Contains("session=&#x2022;", get.Replace("••", "&#x2022;&#x2022;", StringComparison.Ordinal), StringComparison.Ordinal);
                Assert.Contains("Bearer ", get, StringComparison.Ordinal);
                Assert.Contains("<td>ada</td>", post, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task An_api_client_is_told_the_exceptions_too()
    {
        await using var server = await StartAsync(isDevelopment: true);
        server.Http.DefaultRequestHeaders.Accept.Clear();

        var problem = await (await server.Http.GetAsync("/orders/7")).Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal("InvalidOperationException: Order 7 cannot be shipped.", problem.GetProperty("detail").GetString());
        Assert.Equal("TimeoutException", problem.GetProperty("exceptions")[1].GetProperty("type").GetString());
        Assert.Contains("DebugPageTests.cs:", problem.GetProperty("exceptions")[1].GetProperty("at")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, null, null)]
    [InlineData(true, "X-Forwarded-For", "203.0.113.9")]
    [InlineData(true, "Forwarded", "for=203.0.113.9")]
    [InlineData(true, "Host", "evil.example")]
    [InlineData(true, "Host", "localhost.evil.example")]
    public async Task Nobody_else_is_told_more_than_the_reference_that_is_in_the_log(bool isDevelopment, string? header, string? value)
    {
        var log = new ListLogger();
        await using var server = await StartAsync(isDevelopment, log);
        if (header is not null)
        {
            server.Http.DefaultRequestHeaders.Add(header, value);
        }

        using var response = await server.Http.GetAsync("/orders/7");
        var page = await response.Content.ReadAsStringAsync();

        Assert.DoesNotContain("cannot be shipped", page, StringComparison.Ordinal);
        Assert.DoesNotContain(".cs", page, StringComparison.Ordinal);
        var reference = page.Split("<code>")[1].Split('<')[0];
        Assert.Contains(log.Entries, entry => entry.Level == LogLevel.Error && entry.Message.Contains(reference, StringComparison.Ordinal) && entry.Exception is InvalidOperationException);
        Assert.Contains("style-src 'sha256-", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:5000")]
    [InlineData("shop.localhost")]
    [InlineData("127.0.0.1:5000")]
    [InlineData("[::1]:5000")]
    public async Task The_machine_itself_has_many_names(string host)
    {
        await using var server = await StartAsync(isDevelopment: true);
        server.Http.DefaultRequestHeaders.Host = host;

        Assert.Contains("Copy as text", await (await server.Http.GetAsync("/orders/7")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_exception_of_several_is_shown()
    {
        await using var server = await StartAsync(isDevelopment: true);

        var page = await (await server.Http.GetAsync("/several")).Content.ReadAsStringAsync();

        Assert.Contains("first of two", page, StringComparison.Ordinal);
        Assert.Contains("second of two", page, StringComparison.Ordinal);
    }

    private static async Task<TestServer> StartAsync(bool isDevelopment, ListLogger? log = null)
    {
        var app = new App { IsDevelopment = isDevelopment };
        app.Services.AddSingleton<ILoggerProvider>(log ?? new ListLogger());
        app.Get("/orders/{id:int}", async (int id) =>
        {
            try
            {
                await AskAsync();
            }
            catch (TimeoutException exception)
            {
                throw new InvalidOperationException($"Order {id} cannot be shipped.", exception);
            }
        }).Named("order");
        app.Get("/leak", string (Request request) => throw new InvalidOperationException($"Wrong password {request.Query["password"]} for {request.Headers["Authorization"]}"));
        app.Post("/form", async (Request request) =>
        {
            var form = await request.ReadFormAsync();
            throw new InvalidOperationException($"{form["new_password"]} is too weak");
        });
        app.Get("/several", string () => throw new AggregateException(new FormatException("first of two"), new FormatException("second of two")));
        var server = await TestServer.StartAsync(app);
        server.Http.DefaultRequestHeaders.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");
        return server;
    }

    private static async Task AskAsync()
    {
        await Task.Yield();
        throw new TimeoutException("The store is silent.");
    }
}

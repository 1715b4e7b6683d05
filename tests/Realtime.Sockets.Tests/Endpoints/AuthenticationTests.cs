using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Endpoints;

public sealed class AuthenticationTests
{
    [Theory]
    [InlineData("Bearer ada", "/realtime", null)]
    [InlineData("bearer ada", "/realtime", null)]
    [InlineData(null, "/realtime?token=ada", null)]
    [InlineData(null, "/realtime?access_token=ada", null)]
    [InlineData("Bearer ada", "/realtime?token=eve", null)]
    [InlineData(null, "/realtime", "401")]
    [InlineData("Basic ada", "/realtime", "401")]
    [InlineData("Bearer eve", "/realtime?token=ada", "401")]
    [InlineData("Bearer ", "/realtime", "401")]
    public async Task A_client_is_let_in_by_its_token_and_by_nothing_else(string? authorization, string path, string? status)
    {
        await using var server = await TestServer.StartAsync(Create());
        var options = new TestWebSocketOptions
        {
            Subprotocols = ["realtime.v1.json"],
            Headers = authorization is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["Authorization"] = authorization },
        };
        if (status is not null)
        {
            Assert.Contains(status, (await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync(path, options))).Message);
            return;
        }
        await using var client = new TestClient(await server.ConnectWebSocketAsync(path, options));

        Assert.Equal("ada", (await client.JoinAsync("room")).GetProperty("data").Text("who"));
    }

    [Fact]
    public async Task The_user_is_known_to_every_handler_and_names_the_member()
    {
        var app = Create();
        app.Topic("private:{owner}", static topic => topic.Authorize(static (Identity identity, string owner) => identity.User == owner));
        await using var server = await TestServer.StartAsync(app);
        await using var ada = await ConnectAsync(server, "ada");

        Assert.Equal("ok", (await ada.JoinAsync("private:ada")).Text("status"));
        Assert.Equal("forbidden", (await ada.JoinAsync("private:bob", reference: 2)).Code());
        Assert.Equal("ok", (await ada.JoinAsync("room", reference: 3)).Text("status"));
        Assert.Equal("ada", Assert.Single(app.Topics.MembersOf("room")).User);
        Assert.Equal(["reader"], Assert.IsType<string[]>(app.Topics.MembersOf("room")[0].Identity!.Details));
    }

    [Fact]
    public async Task A_connection_whose_token_has_expired_is_closed_with_3003()
    {
        await using var server = await TestServer.StartAsync(Create());
        await using var client = await ConnectAsync(server, "ada:20");

        server.Time.Advance(TimeSpan.FromSeconds(18));
        Assert.Equal("ok", (await client.AskAsync(new { type = "ping", @ref = 1 })).Text("status"));
        server.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(3003, await client.ClosedAsync());
    }

    [Fact]
    public async Task The_welcome_says_for_how_long_and_a_fresh_token_prolongs_it()
    {
        await using var server = await TestServer.StartAsync(Create());
        await using var client = new TestClient(await server.ConnectWebSocketAsync("/realtime?token=ada:20", Json));
        Assert.Equal(20_000, (await client.NextAsync()).GetProperty("expires").GetInt64());
        server.Time.Advance(TimeSpan.FromSeconds(15));

        var reply = await client.AskAsync(new { type = "authenticate", @ref = 1, token = "ada:40" });

        Assert.Equal(40_000, reply.GetProperty("data").GetProperty("expires").GetInt64());
        server.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("ok", (await client.AskAsync(new { type = "ping", @ref = 2 })).Text("status"));
        Assert.Equal("ok", (await client.AskAsync(new { type = "authenticate", @ref = 3, token = "ada" })).Text("status"));
        server.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("ok", (await client.AskAsync(new { type = "ping", @ref = 4 })).Text("status"));
    }

    [Theory]
    [InlineData("bob", "other_user")]
    [InlineData("anonymous", "other_user")]
    [InlineData("eve", "unauthenticated")]
    [InlineData("ada:0", "unauthenticated")]
    public async Task A_token_of_nobody_or_of_another_user_changes_nothing(string token, string code)
    {
        await using var server = await TestServer.StartAsync(Create());
        await using var client = await ConnectAsync(server, "ada:20");

        Assert.Equal(code, (await client.AskAsync(new { type = "authenticate", @ref = 1, token })).Code());

        Assert.Equal("ada", (await client.JoinAsync("room", reference: 2)).GetProperty("data").Text("who"));
        server.Time.Advance(TimeSpan.FromSeconds(21));
        Assert.Equal(3003, await client.ClosedAsync());
    }

    [Fact]
    public async Task A_message_without_a_token_and_an_app_that_asks_nobody_are_told_so()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        await using var client = await TestClient.ConnectAsync(server);

        Assert.Equal("bad_message", (await client.AskAsync(new { type = "authenticate", @ref = 1 })).Code());
        Assert.Equal("bad_message", (await client.AskAsync(new { type = "authenticate", @ref = 2, token = 5 })).Code());
        Assert.Equal("unauthenticated", (await client.AskAsync(new { type = "authenticate", @ref = 3, token = "x" })).Code());
    }

    [Fact]
    public async Task A_hook_that_does_not_answer_is_given_up_and_the_client_may_try_again()
    {
        var app = new App();
        var asked = new TaskCompletionSource();
        app.Topic("room", static _ => { });
        app.Topics.Authenticate(async (CancellationToken cancellation) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return Identity.Anonymous;
        });
        await using var server = await TestServer.StartAsync(app);

        var connecting = server.ConnectWebSocketAsync("/realtime", Json);
        await asked.Task;
        server.Time.Advance(TimeSpan.FromSeconds(11));

        Assert.Contains("503", (await Assert.ThrowsAsync<WebSocketDeniedException>(() => connecting)).Message);
    }

    [Fact]
    public async Task An_event_stream_needs_a_token_too()
    {
        await using var server = await TestServer.StartAsync(Create());
        foreach (var (path, expected) in new[] { ("/realtime", 401), ("/realtime?token=eve", 401), ("/realtime?token=ada:20", 200) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.ParseAdd("text/event-stream");
            using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

            Assert.Equal(expected, (int)response.StatusCode);
            Assert.Equal(expected == 401, response.Headers.WwwAuthenticate.Count > 0);
        }
    }

    [Theory]
    [InlineData("topic", 403, "suspended")]
    [InlineData("401", 401, "unauthorized")]
    [InlineData("429", 429, "too_many_requests")]
    public async Task What_the_hook_refuses_with_is_the_handshakes_answer_and_no_fault_of_the_app(string token, int status, string code)
    {
        using var log = new RecordedLog();
        var app = Create();
        app.Services.AddLogging(logging => logging.AddProvider(log));
        await using var server = await TestServer.StartAsync(app);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/realtime?token={token}");
        request.Headers.Accept.ParseAdd("text/event-stream");

        var denied = await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync($"/realtime?token={token}", Json));
        using var response = await server.Http.SendAsync(request);

        Assert.Contains($"{status}", denied.Message, StringComparison.Ordinal);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains($"\"code\":\"{code}\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(status == 401, response.Headers.WwwAuthenticate.Count > 0);
        await using var client = await ConnectAsync(server, "ada:20");
        Assert.Equal(code, (await client.AskAsync(new { type = "authenticate", @ref = 1, token })).Code());
        Assert.DoesNotContain(log.Entries, static entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task No_log_shows_a_token()
    {
        var log = new RecordedLog();
        var app = Create();
        app.IsDevelopment = true;
        app.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        await using var server = await TestServer.StartAsync(app);
        await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/realtime?token=s3cret", Json));
        await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/realtime?access_token=throw-s3cret", Json));
        await server.Http.GetAsync("/realtime?token=s3cret");
        await using var client = await ConnectAsync(server, "ada");
        await client.AskAsync(new { type = "authenticate", @ref = 1, token = "s3cret" });

        Assert.NotEmpty(log.Entries);
        Assert.DoesNotContain(log.Entries, static entry => entry.Text.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public void A_hook_that_names_nobody_fails_the_start()
    {
        var app = new App();
        app.Topic("room", static _ => { });
        app.Topics.Authenticate(static (string? token) => token is not null);

        Assert.Contains("Identity", Assert.Throws<InvalidOperationException>(() => app.Build()).Message);
        Assert.Throws<InvalidOperationException>(() => app.Topics.Authenticate(static () => Identity.Anonymous));
    }

    private static readonly TestWebSocketOptions Json = new() { Subprotocols = ["realtime.v1.json"] };

    // A token is a user's name, and after a colon the seconds that it is good for.
    private static App Create()
    {
        var app = new App();
        app.Topic("room", static room => room.OnJoin(static (Member member) => new { who = member.Identity!.User }));
        app.Topics.Authenticate(static async (string? token, TimeProvider time) =>
        {
            await Task.Yield();
            var parts = token?.Split(':');
            return parts?[0] switch
            {
                "ada" or "bob" => new Identity(parts[0], parts.Length > 1 ? time.GetUtcNow().AddSeconds(int.Parse(parts[1], null)) : null, new[] { "reader" }),
                "anonymous" => Identity.Anonymous,
                "topic" => throw new TopicError("suspended", "This account is suspended."),
                "401" => throw HttpError.Unauthorized("This token is of yesterday."),
                "429" => throw HttpError.TooManyRequests(),
                "throw-s3cret" => throw new InvalidOperationException("The database is down."),
                _ => null,
            };
        });
        return app;
    }

    private static async Task<TestClient> ConnectAsync(TestServer server, string token)
    {
        var client = new TestClient(await server.ConnectWebSocketAsync($"/realtime?token={token}", Json));
        Assert.Equal("welcome", (await client.NextAsync()).Text("type"));
        return client;
    }
}

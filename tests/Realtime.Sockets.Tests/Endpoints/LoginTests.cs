using System.Net;
using System.Security.Claims;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Endpoints;

public sealed class LoginTests
{
    [Fact]
    public async Task A_topic_that_requires_a_login_lets_in_who_is_signed_in()
    {
        await using var server = await TestServer.StartAsync(Create());
        await using var stranger = await ConnectAsync(server, null);
        await using var ada = await ConnectAsync(server, await SignInAsync(server, "Ada", "author"));

        Assert.Equal("ok", (await stranger.JoinAsync("open")).Text("status"));
        Assert.Equal("unauthenticated", (await stranger.JoinAsync("private", reference: 2)).Code());
        Assert.Equal("unauthenticated", (await stranger.JoinAsync("room:*", reference: 3)).Code());
        Assert.Equal("ok", (await ada.JoinAsync("private")).Text("status"));
        Assert.Equal("Ada", Assert.Single(app(server).Topics.MembersOf("private")).User);
        Assert.Equal("forbidden", (await ada.JoinAsync("admin", reference: 2)).Code());
        Assert.Equal("ok", (await ada.JoinAsync("author", reference: 3)).Text("status"));
        Assert.Equal("ok", (await ada.JoinAsync("room:*", reference: 4)).Text("status"));

        static App app(TestServer server) => server.App!;
    }

    [Theory]
    [InlineData("/realtime?token=secret", null, true)]
    [InlineData("/realtime", "Bearer secret", true)]
    [InlineData("/realtime?token=guessed", null, false)]
    [InlineData("/realtime", "Bearer guessed", false)]
    public async Task A_token_is_asked_of_the_apps_login(string path, string? authorization, bool isKnown)
    {
        await using var server = await TestServer.StartAsync(Create());
        var options = new TestWebSocketOptions { Subprotocols = ["realtime.v1.json"], Headers = authorization is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["Authorization"] = authorization } };
        if (!isKnown)
        {
            Assert.Equal(401, (await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync(path, options))).Denial.StatusCode);
            return;
        }
        await using var client = new TestClient(await server.ConnectWebSocketAsync(path, options));

        Assert.Equal("ok", (await client.JoinAsync("private")).Text("status"));
        // The token's own end is the connection's.
        server.Time.Advance(TimeSpan.FromSeconds(21));
        Assert.Equal(3003, await client.ClosedAsync());
    }

    [Fact]
    public async Task A_hook_of_the_topics_own_goes_before_the_apps_login()
    {
        var app = Create();
        app.Topics.Authenticate((string? token) => new Identity(token ?? "somebody"));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await ConnectAsync(server, null);

        Assert.Equal("ok", (await client.JoinAsync("private")).Text("status"));
        Assert.Equal("somebody", Assert.Single(app.Topics.MembersOf("private")).User);
    }

    [Fact]
    public async Task A_trusted_origin_may_open_sockets()
    {
        var app = Create();
        app.Security = app.Security with { TrustedOrigins = ["https://partner.example"] };
        await using var server = await TestServer.StartAsync(app);

        using var partner = await server.ConnectWebSocketAsync("/realtime", From("https://partner.example"));
        var denied = await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/realtime", From("https://evil.example")));
        Assert.Equal(403, denied.Denial.StatusCode);

        static TestWebSocketOptions From(string origin) =>
            new() { Subprotocols = ["realtime.v1.json"], Headers = new Dictionary<string, string> { ["Origin"] = origin } };
    }

    [Theory]
    [InlineData("https://chat.example", 404)]
    [InlineData("https://evil.example", 403)]
    public async Task Posts_keep_the_rule_of_sockets_with_a_session_too(string origin, int status)
    {
        var app = Create();
        app.Sockets = app.Sockets with { AllowedOrigins = ["https://chat.example"] };
        await using var server = await TestServer.StartAsync(app);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/realtime?key=none&post=1") { Headers = { { "Origin", origin }, { "Sec-Fetch-Site", "same-site" }, { "Cookie", await SignInAsync(server, "Ada", "author") } } };

        using var response = await server.Http.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
    }

    private static App Create()
    {
        var app = new App();
        app.Login(token: (string token) => token == "secret"
            ? new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "Bob"), new Claim("exp", $"{new DateTimeOffset(2026, 1, 1, 0, 0, 20, TimeSpan.Zero).ToUnixTimeSeconds()}")], "Token"))
            : null);
        app.Post("/sign-in", (Request request, string name, string[] role) => request.SignIn(name, role));
        app.Topic("open", static _ => { });
        app.Topic("private", static topic => topic.RequireLogin());
        app.Topic("admin", static topic => topic.RequireLogin("admin"));
        app.Topic("author", static topic => topic.RequireLogin("author"));
        app.Topic("room:{name}", static topic => topic.RequireLogin().AllowWildcards(static () => true));
        return app;
    }

    private static async Task<string> SignInAsync(TestServer server, string name, string role)
    {
        using var response = await server.Http.PostAsync($"/sign-in?name={name}&role={role}", null);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        return Assert.Single(response.Headers.GetValues("Set-Cookie")).Split(';')[0];
    }

    private static async Task<TestClient> ConnectAsync(TestServer server, string? cookie) => new(await server.ConnectWebSocketAsync(
        "/realtime",
        new TestWebSocketOptions { Subprotocols = ["realtime.v1.json"], Headers = cookie is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["Cookie"] = cookie } }));
}

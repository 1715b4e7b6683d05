using System.Net;
using Realtime.Testing;

namespace Realtime.Core.Tests.Routing;

public sealed class SlashTests
{
    [Theory]
    [InlineData("/leaf/", "/leaf")]
    [InlineData("/branch", "/branch/")]
    [InlineData("/notes/7/", "/notes/7")]
    [InlineData("/notes//7", "/notes/7")]
    [InlineData("//notes///7////", "/notes/7")]
    [InlineData("/branch//", "/branch/")]
    [InlineData("/leaf/?a=1&b=%2F", "/leaf?a=1&b=%2F")]
    [InlineData("/names/Ada%20L%2F%C3%B6?/", null)]
    [InlineData("/names/Ada%20L%2F%C3%B6:@/", "/names/Ada%20L%2F%C3%B6:@")]
    [InlineData("/files//a", "/files/a")]
    [InlineData("/", null)]
    [InlineData("//", "/")]
    [InlineData("/group", null)]
    [InlineData("/group/", null)]
    [InlineData("/files/a//b/", null)]
    public async Task A_path_with_other_slashes_is_redirected_to_the_canonical_one(string path, string? canonical)
    {
        await using var server = await TestServer.StartAsync(Make(SlashPolicy.Redirect));

        using var response = await server.Http.GetAsync("http://localhost" + path);

        Assert.Equal(canonical is null ? HttpStatusCode.OK : HttpStatusCode.PermanentRedirect, response.StatusCode);
        Assert.Equal(canonical, response.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("/leaf/")]
    [InlineData("/branch")]
    [InlineData("/notes//7")]
    [InlineData("//notes///7////")]
    public async Task Slashes_make_no_difference_where_they_are_ignored(string path)
    {
        await using var server = await TestServer.StartAsync(Make(SlashPolicy.Ignore));

        using var response = await server.Http.GetAsync("http://localhost" + path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain('/', await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/leaf/")]
    [InlineData("/branch")]
    [InlineData("/notes/7/")]
    [InlineData("/notes//7")]
    public async Task Another_path_is_404_where_slashes_are_strict(string path)
    {
        await using var server = await TestServer.StartAsync(Make(SlashPolicy.Strict));

        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.PostAsync(path, null)).StatusCode);
    }

    [Fact]
    public async Task A_redirect_is_for_the_methods_that_the_route_answers()
    {
        await using var server = await TestServer.StartAsync(Make(SlashPolicy.Redirect));

        Assert.Equal(HttpStatusCode.PermanentRedirect, (await server.Http.PostAsync("/posted/", null)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.Http.PostAsync("/leaf/", null)).StatusCode);
        using var head = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/leaf/"));
        Assert.Equal(HttpStatusCode.PermanentRedirect, head.StatusCode);
    }

    [Fact]
    public async Task A_redirect_never_leads_to_another_host()
    {
        var app = new App();
        app.Get("/{a}/{b}/", (string a, string b) => a + b);
        await using var server = await TestServer.StartAsync(app);

        foreach (var path in new[] { "//evil.example/x", "/%5Cevil.example/x", "///evil.example//x" })
        {
            using var response = await server.Http.GetAsync("http://localhost" + path);

            var location = response.Headers.Location!.OriginalString;
            Assert.StartsWith("/", location, StringComparison.Ordinal);
            Assert.True(location[1] is not ('/' or '\\'), location);
        }
    }

    [Fact]
    public async Task Handshakes_are_served_whatever_the_slashes_at_the_end()
    {
        var app = new App();
        app.WebSocketRoute("/echo", static async request => await ((Realtime.Protocol.WebSocketConnection)request.Connection).AcceptAsync());
        await using var server = await TestServer.StartAsync(app);

        using var socket = await server.ConnectWebSocketAsync("/echo/");
    }

    [Theory]
    [InlineData("/a%2Fb/c", "a/b|c")]
    [InlineData("/a%252Fb/c", "a%2Fb|c")]
    [InlineData("/a%2fb%2F/c%25", "a/b/|c%")]
    [InlineData("/%C3%A9%F0%9F%98%80/+c%20d", "é😀|+c d")]
    public async Task Each_segment_is_decoded_by_itself(string path, string expected)
    {
        var app = new App();
        app.Get("/{first}/{second}", (string first, string second) => $"{first}|{second}");
        app.Get("/{one}", (string one) => $"one {one}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(expected, await server.Http.GetStringAsync(path));
    }

    [Fact]
    public async Task Literals_are_written_as_they_read()
    {
        var app = new App();
        app.Get("/café au lait", () => "yes");
        app.Get("/100%", () => "percent");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("yes", await server.Http.GetStringAsync("/caf%C3%A9%20au%20lait"));
        Assert.Equal("percent", await server.Http.GetStringAsync("/100%25"));
    }

    private static App Make(SlashPolicy slashes)
    {
        var app = new App(new AppOptions { Slashes = slashes });
        app.Get("/", () => "root");
        app.Get("/leaf", () => "leaf");
        app.Get("/branch/", () => "branch");
        app.Get("/notes/{id:int}", (int id) => id);
        app.Get("/names/{name}", (string name) => name);
        app.Get("/files/{file:path}", (string file) => file);
        app.Post("/posted", () => "posted");
        var group = new Blueprint(prefix: "/group");
        group.Get("/", () => "group");
        app.Register(group);
        return app;
    }
}

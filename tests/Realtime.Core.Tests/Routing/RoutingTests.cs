using System.Net;
using Realtime.Testing;

namespace Realtime.Core.Tests.Routing;

public sealed class RoutingTests
{
    [Theory]
    [InlineData("/users/me", "literal")]
    [InlineData("/users/7", "int 7")]
    [InlineData("/users/ada", "text ada")]
    [InlineData("/users/ada/posts/first", "rest ada/posts/first")]
    public async Task The_more_specific_route_wins_whatever_the_order(string path, string expected)
    {
        foreach (var backwards in new[] { false, true })
        {
            var app = new App();
            Action[] add =
            [
                () => app.Get("/users/{rest:path}", (string rest) => $"rest {rest}"),
                () => app.Get("/users/{name}", (string name) => $"text {name}"),
                () => app.Get("/users/{id:int}", (int id) => $"int {id}"),
                () => app.Get("/users/me", () => "literal"),
            ];
            foreach (var one in backwards ? add.Reverse() : add)
            {
                one();
            }
            await using var server = await TestServer.StartAsync(app);

            Assert.Equal(expected, await server.Http.GetStringAsync(path));
        }
    }

    [Fact]
    public async Task A_choice_that_leads_nowhere_is_taken_back()
    {
        var app = new App();
        app.Get("/a/b/c", () => "literal");
        app.Get("/a/{x}/d", (string x) => $"one {x}");
        app.Get("/{x}/b/{y:int}/f", (string x, int y) => $"two {x} {y}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("one b", await server.Http.GetStringAsync("/a/b/d"));
        Assert.Equal("two a 5", await server.Http.GetStringAsync("/a/b/5/f"));
    }

    [Fact]
    public async Task A_less_specific_route_answers_a_method_that_the_specific_one_does_not()
    {
        var app = new App();
        app.Post("/a/b", () => "posted");
        app.Get("/a/{x}", (string x) => $"got {x}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("got b", await server.Http.GetStringAsync("/a/b"));
    }

    [Fact]
    public async Task A_path_that_nothing_answers_is_404()
    {
        var app = new App();
        app.Get("/a", () => "a");
        await using var server = await TestServer.StartAsync(app);

        foreach (var path in new[] { "/", "/b", "/a/b", "/A" })
        {
            using var response = await server.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        }
    }

    [Fact]
    public async Task A_method_that_no_route_answers_is_405_with_Allow()
    {
        var app = new App();
        app.Get("/a/{id:int}", (int id) => id);
        app.Delete("/a/{name}", (string name) => name);
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsync("/a/5", null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["DELETE", "GET", "HEAD", "OPTIONS"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task OPTIONS_answers_Allow()
    {
        var app = new App();
        app.Put("/a", () => "a");
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/a"));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(["OPTIONS", "PUT"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task HEAD_is_GET_without_a_body()
    {
        var app = new App();
        app.Get("/a", () => "four");
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/a"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(4, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Captured_values_are_decoded()
    {
        var app = new App();
        app.Get("/hello/{name}", (string name) => name);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("Ada Lovelace/ß", await server.Http.GetStringAsync("/hello/Ada%20Lovelace%2F%C3%9F"));
    }

    [Fact]
    public async Task A_request_to_a_socket_route_is_told_to_upgrade()
    {
        var app = new App();
        app.WebSocketRoute("/echo/{room}", async request => await ((Realtime.Protocol.WebSocketConnection)request.Connection).AcceptAsync());
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/echo/lobby");

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
        Assert.Equal("websocket", response.Headers.Upgrade.ToString());
    }

    [Fact]
    public async Task A_handshake_finds_its_route_and_its_values()
    {
        var room = new TaskCompletionSource<string>();
        var app = new App();
        app.Get("/echo/{room}", () => "over http");
        app.WebSocketRoute("/echo/{room}", async request =>
        {
            room.SetResult(request.RouteValues["room"]);
            await ((Realtime.Protocol.WebSocketConnection)request.Connection).AcceptAsync();
        });
        await using var server = await TestServer.StartAsync(app);

        using var socket = await server.ConnectWebSocketAsync("/echo/lobby");

        Assert.Equal("lobby", await room.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("over http", await server.Http.GetStringAsync("/echo/lobby"));
    }

    [Fact]
    public async Task A_handshake_to_an_http_route_is_denied_with_404()
    {
        var app = new App();
        app.Get("/a", () => "a");
        await using var server = await TestServer.StartAsync(app);

        var denied = await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/a"));

        Assert.Equal(404, denied.Denial.StatusCode);
    }

    [Theory]
    [InlineData("/a/{x}", "/a/{y}")]
    [InlineData("/a", "/a/")]
    [InlineData("/a/{x:int}", "/a/{y:int}")]
    public void Two_routes_for_the_same_requests_fail_the_start(string first, string second)
    {
        var app = new App();
        app.Get(first, () => "1");
        app.Get(second, () => "2");

        var error = Assert.Throws<InvalidOperationException>(() => app.Build());

        Assert.Contains($"GET {first} and GET {second}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "begin with a slash")]
    [InlineData("/a//b", "empty segment")]
    [InlineData("//", "empty segment")]
    [InlineData("/a//", "empty segment")]
    [InlineData("/a/{x}{y}", "without text between them")]
    [InlineData("/a/{x:guidd}", "unknown type 'guidd'")]
    [InlineData("/a/{x:guidd}", "app.Converter(\"guidd\", …)")]
    [InlineData("/a/{x:uuid}", "write guid")]
    [InlineData("/a/{x:float}", "write decimal")]
    [InlineData("/a/{x:min}", "write min(…)")]
    [InlineData("/a/{x:int:long}", "two types")]
    [InlineData("/a/{x:any()}", "empty choice")]
    [InlineData("/a/{x:any(a,)}", "empty choice")]
    [InlineData("/a/{x:regex([)}", "no '}' ends")]
    [InlineData("/a/{x:regex(a{2,1})}", "malformed regular expression")]
    [InlineData("/a/{x:length(b)}", "no whole number")]
    [InlineData("/a/{x:length(2,1)}", "nothing can meet")]
    [InlineData("/a/{x:int:min(a)}", "no number")]
    [InlineData("/a/{x:int:least(1)}", "unknown limit 'least'")]
    [InlineData("/a/{x:guid:min(1)}", "which is a guid")]
    [InlineData("/{a:path}/{b:path}", "two parameters that take any number")]
    [InlineData("/{a?}/b", "only the last parameter can be optional")]
    [InlineData("/x{a?}", "stands alone between slashes")]
    [InlineData("/x{a:path}", "stands alone between slashes")]
    [InlineData("/{a}/{A}", "two parameters named 'a'")]
    [InlineData("/{}", "letters, digits")]
    [InlineData("/{*rest}", "written {rest:path}")]
    [InlineData("/<int:id>", "written {name} or {id:int}")]
    [InlineData("/a}", "without a '{'")]
    [InlineData("/{a", "no '}' ends")]
    [InlineData("/{a:int{b}", "'{' within a parameter")]
    [InlineData("/a?b", "chosen by its path alone")]
    [InlineData("/a#b", "chosen by its path alone")]
    [InlineData("/a/../b", "which no client sends")]
    [InlineData("/a\\b", "no path has")]
    [InlineData("/a\nb", "no path has")]
    public void A_malformed_pattern_is_refused_with_a_reason(string pattern, string reason)
    {
        var error = Assert.Throws<ArgumentException>(() => new App().Get(pattern, () => "x"));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}

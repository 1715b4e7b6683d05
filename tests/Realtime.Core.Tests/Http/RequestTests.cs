using System.Net;
using System.Text;
using Realtime.Testing;

namespace Realtime.Core.Tests.Http;

public sealed class RequestTests
{
    [Fact]
    public async Task A_request_tells_what_came()
    {
        var app = new App();
        app.Post("/a/{b}", async (Request request) =>
            $"{request.Method} {request.Path} {request.RouteValues["b"]} {request.Query["q"]} {request.Query.Get("n", 7)} {request.Headers["X-One"]} {request.Cookies["c"]} {request.Cookies["d"] ?? "none"} {await request.ReadTextAsync()}");
        await using var server = await TestServer.StartAsync(app);
        using var message = new HttpRequestMessage(HttpMethod.Post, "/a/x%20y?q=1%2B2&n=8") { Content = new StringContent("größe", Encoding.UTF8) };
        message.Headers.Add("X-One", "1");
        message.Headers.Add("Cookie", "c=%C3%BC; e=\"5\"");

        using var response = await server.Http.SendAsync(message);

        Assert.Equal("POST /a/x y x y 1+2 8 1 ü none größe", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/hand")]
    [InlineData("/text")]
    public async Task What_the_handler_reads_itself_is_checked_too(string path)
    {
        var app = new App();
        app.Post("/hand", async (Request request) => (await request.ReadJsonAsync<int[]>()).Sum());
        app.Post("/text", async (Request request) => await request.ReadTextAsync());
        await using var server = await TestServer.StartAsync(app);
        using var content = new ByteArrayContent([0xC3, 0x28]);
        content.Headers.ContentType = new("application/json");

        using var response = await server.Http.PostAsync(path, content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("note", "/notes/5?q=a%20%26%20b")]
    [InlineData("home", "/?id=5&q=a%20%26%20b")]
    [InlineData("file", "/files/a%20b/c?id=5&q=a%20%26%20b")]
    public async Task UrlFor_is_the_reverse_of_matching(string name, string expected)
    {
        var app = new App();
        app.Get("/notes/{id:int}", () => "x").Named("note");
        app.Get("/files/{rest:path}", () => "x").Named("file");
        app.Get("/", (Request request) => name == "file"
            ? request.UrlFor(name, new { id = 5, rest = "a b/c", q = "a & b" })
            : request.UrlFor(name, new { id = 5, q = "a & b" })).Named("home");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(expected, await server.Http.GetStringAsync("/"));
    }

    [Fact]
    public async Task UrlFor_says_what_is_missing()
    {
        var said = new List<string>();
        var app = new App();
        app.Get("/notes/{id:int}", () => "x").Named("note");
        app.Get("/", (Request request) =>
        {
            said.Add(Assert.Throws<ArgumentException>(() => request.UrlFor("note")).Message);
            said.Add(Assert.Throws<ArgumentException>(() => request.UrlFor("note", new { id = "x" })).Message);
            said.Add(Assert.Throws<ArgumentException>(() => request.UrlFor("nothing")).Message);
        });
        await using var server = await TestServer.StartAsync(app);
        await server.Http.GetAsync("/");

        Assert.Collection(
            said,
            first => Assert.Contains("needs a value for 'id'", first, StringComparison.Ordinal),
            second => Assert.Contains("'x' is no int", second, StringComparison.Ordinal),
            third => Assert.Contains("No route is named 'nothing'", third, StringComparison.Ordinal));
    }

    [Fact]
    public void Two_routes_of_one_name_fail_the_start()
    {
        var app = new App();
        app.Get("/a", () => "x").Named("same");
        app.Get("/b", () => "x").Named("same");

        Assert.Contains("Two routes are named 'same': GET /a and GET /b", Assert.Throws<InvalidOperationException>(() => app.Build()).Message, StringComparison.Ordinal);
    }
}

using Realtime.Testing;

namespace Realtime.Core.Tests.Http;

public sealed class CookieTests
{
    public static TheoryData<string, string, CookieOptions?, string> Cookies => new()
    {
        { "theme", "dark", null, "theme=dark; Path=/; HttpOnly; SameSite=Lax" },
        { "theme", "dark blue;\"ü\"%", null, "theme=dark%20blue%3B%22%C3%BC%22%25; Path=/; HttpOnly; SameSite=Lax" },
        { "a", "", new() { HttpOnly = false, SameSite = SameSite.Strict, Path = "/x" }, "a=; Path=/x; SameSite=Strict" },
        { "a", "1", new() { MaxAge = TimeSpan.FromDays(1), Domain = "example.com", Secure = true }, "a=1; Max-Age=86400; Domain=example.com; Path=/; Secure; HttpOnly; SameSite=Lax" },
        { "a", "1", new() { Expires = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)) }, "a=1; Expires=Fri, 02 Jan 2026 02:04:05 GMT; Path=/; HttpOnly; SameSite=Lax" },
        { "a", "1", new() { SameSite = SameSite.None, Partitioned = true }, "a=1; Path=/; Secure; HttpOnly; SameSite=None; Partitioned" },
        { "__Host-id", "1", null, "__Host-id=1; Path=/; Secure; HttpOnly; SameSite=Lax" },
    };

    [Theory]
    [MemberData(nameof(Cookies))]
    public async Task A_cookie_is_set_with_all_that_is_said_of_it(string name, string value, CookieOptions? options, string expected)
    {
        var app = new App();
        app.Get("/", () =>
        {
            var response = Response.Text("x");
            response.Cookies.Append(name, value, options);
            return response;
        });
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");

        Assert.Equal([expected], response.Headers.GetValues("Set-Cookie"));
    }

    [Fact]
    public async Task What_is_set_comes_back_as_it_was()
    {
        const string text = "größe; \"1,2\" = 100%\\ 中";
        var app = new App();
        app.Get("/set", () =>
        {
            var response = Response.NoContent();
            response.Cookies.Append("c", text);
            return response;
        });
        app.Get("/get", ([Cookie] string c) => c);
        await using var server = await TestServer.StartAsync(app);
        using var set = await server.Http.GetAsync("/set");
        using var message = new HttpRequestMessage(HttpMethod.Get, "/get") { Headers = { { "Cookie", set.Headers.GetValues("Set-Cookie").Single().Split(';')[0] } } };

        using var got = await server.Http.SendAsync(message);

        Assert.Equal(text, await got.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_cookie_that_is_deleted_is_over_at_once()
    {
        var app = new App();
        app.Get("/", () =>
        {
            var response = Response.Text("x");
            response.Cookies.Append("a", "1");
            response.Cookies.Append("a", "2", new() { Path = "/x" });
            response.Cookies.Delete("a");
            return response;
        });
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");

        Assert.Equal(
            ["a=2; Path=/x; HttpOnly; SameSite=Lax", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"],
            response.Headers.GetValues("Set-Cookie"));
    }

    [Theory]
    [InlineData("a b", "is no name for a cookie")]
    [InlineData("a=b", "is no name for a cookie")]
    [InlineData("ü", "is no name for a cookie")]
    [InlineData("a\r\n", "is no name for a cookie")]
    public void A_name_that_is_no_token_is_refused(string name, string message)
    {
        var cookies = Response.Text("x").Cookies;

        Assert.Contains(message, Assert.Throws<ArgumentException>(() => cookies.Append(name, "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_browsers_would_refuse_is_refused_here()
    {
        var cookies = Response.Text("x").Cookies;

        Refused("a", "x", new() { SameSite = SameSite.None, Secure = false }, "must be Secure");
        Refused("a", "x", new() { Partitioned = true, Secure = false }, "must be Secure");
        Refused("__Host-a", "x", new() { Path = "/x" }, "the path / and no domain");
        Refused("__Host-a", "x", new() { Domain = "example.com" }, "the path / and no domain");
        Refused("a", new string('x', 4096), new(), "browsers take 4096");
        Refused("a", "x", new() { Path = "/; Domain=evil" }, "cannot have a semicolon");
        Refused("a", "x", new() { Domain = "a\r\nb" }, "cannot have a semicolon");

        void Refused(string name, string value, CookieOptions options, string why) =>
            Assert.Contains(why, Assert.Throws<ArgumentException>(() => cookies.Append(name, value, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hooks_set_cookies_on_any_answer()
    {
        var app = new App();
        app.Get("/text", () => "x");
        app.Get("/own", (Realtime.Protocol.HttpConnection http) => System.Buffers.BuffersExtensions.Write(http.ResponseBody, "x"u8));
        app.After((Response response) => response.Cookies.Append("seen", "1"));
        await using var server = await TestServer.StartAsync(app);

        foreach (var path in new[] { "/text", "/own", "/missing" })
        {
            using var response = await server.Http.GetAsync(path);
            Assert.StartsWith("seen=1;", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("a=1; b=2", "a=1 b=2")]
    [InlineData("a=1;;b; =c; d=", "a=1 d=")]
    [InlineData("a=\"q; b=2", "a=\"q b=2")]
    [InlineData("a=%zz%41", "a=%zzA")]
    [InlineData("a=b=c", "a=b=c")]
    [InlineData("a = 1", "a=1")]
    public async Task Whatever_comes_as_cookies_is_read_as_far_as_it_can_be(string field, string expected)
    {
        var app = new App();
        app.Get("/", (Request request) => string.Join(' ', request.Cookies.Select(static cookie => $"{cookie.Key}={cookie.Value}")));
        await using var server = await TestServer.StartAsync(app);
        using var message = new HttpRequestMessage(HttpMethod.Get, "/");
        message.Headers.TryAddWithoutValidation("Cookie", field);

        using var response = await server.Http.SendAsync(message);

        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
    }
}

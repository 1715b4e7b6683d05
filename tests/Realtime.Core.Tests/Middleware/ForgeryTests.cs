using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Realtime.Testing;

namespace Realtime.Core.Tests.Middleware;

public sealed class ForgeryTests
{
    public static TheoryData<string?, string?, bool> Sources => new()
    {
        { "same-origin", "http://localhost", true },
        { "same-origin", "http://behind-a-proxy.example", true },
        { "none", null, true },
        { "same-site", "http://other.localhost", false },
        { "cross-site", "https://evil.example", false },
        { "cross-site", null, false },
        { "cross-site", "http://localhost", false },
        { "nonsense", null, false },
        { null, null, true },
        { null, "http://localhost", true },
        { null, "https://localhost", true },
        { null, "http://localhost:8080", false },
        { null, "https://evil.example", false },
        { null, "http://localhost.evil.example", false },
        { null, "null", false },
        { null, "", false },
        { "cross-site", "https://partner.example", true },
        { null, "https://partner.example", true },
        { null, "https://partner.example.evil.example", false },
    };

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task A_request_that_changes_something_comes_from_the_apps_own_pages(string? site, string? origin, bool isAllowed)
    {
        var app = NewApp();
        app.Security = app.Security with { TrustedOrigins = ["https://partner.example"] };
        await using var server = await TestServer.StartAsync(app);
        var visitor = await VisitorAsync(server);
        From(visitor, site, origin);

        foreach (var method in (HttpMethod[])[HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete, new HttpMethod("CUSTOM")])
        {
            using var response = await visitor.SendAsync(method, "/change");
            Assert.Equal(isAllowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
        }
    }

    [Fact]
    public async Task The_refusal_says_what_to_do()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = await VisitorAsync(server);
        From(visitor, "cross-site", "https://evil.example");

        using var response = await visitor.SendAsync(HttpMethod.Post, "/change");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal("cross_site_request", problem.GetProperty("code").GetString());
        var detail = problem.GetProperty("detail").GetString()!;
        Assert.StartsWith("This POST comes from a page of https://evil.example", detail, StringComparison.Ordinal);
        Assert.Contains("add it to TrustedOrigins of app.Security", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_is_for_everybody()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = await VisitorAsync(server);
        From(visitor, "cross-site", "https://evil.example");

        Assert.Equal("1", await visitor.TextAsync("/read"));
        using var options = await visitor.SendAsync(HttpMethod.Options, "/change");
        Assert.Equal(HttpStatusCode.OK, options.StatusCode);
    }

    [Fact]
    public async Task What_comes_without_a_session_and_asks_for_none_goes_on()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server) { Cookies = { ["other"] = "session", ["sessions"] = "x" } };
        From(visitor, "cross-site", "https://evil.example");

        using var response = await visitor.SendAsync(HttpMethod.Post, "/change");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task No_session_begins_by_the_request_of_another_site()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        From(visitor, "cross-site", "https://evil.example");

        using var response = await visitor.SendAsync(HttpMethod.Post, "/sign-in");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(visitor.Cookies);
    }

    [Fact]
    public async Task A_handler_does_not_run_for_a_refused_request()
    {
        var runs = 0;
        var app = NewApp();
        app.Post("/count", () => ++runs);
        await using var server = await TestServer.StartAsync(app);
        var visitor = await VisitorAsync(server);
        From(visitor, "same-site", "http://blog.localhost");

        await visitor.SendAsync(HttpMethod.Post, "/count");

        Assert.Equal(0, runs);
    }

    [Fact]
    public async Task A_route_may_be_for_pages_of_other_origins()
    {
        var app = NewApp();
        app.Post("/back", (Request request) => request.Session["value"] ?? (request.Session["value"] = "begun")).AllowOtherOrigins();
        await using var server = await TestServer.StartAsync(app);
        var (visitor, stranger) = (await VisitorAsync(server), new Visitor(server));
        From(visitor, "cross-site", "https://provider.example");
        From(stranger, "cross-site", "https://provider.example");

        using var known = await visitor.SendAsync(HttpMethod.Post, "/back");
        using var begun = await stranger.SendAsync(HttpMethod.Post, "/back");
        using var elsewhere = await visitor.SendAsync(HttpMethod.Post, "/change");

        Assert.Equal("1", await known.Content.ReadAsStringAsync());
        Assert.Equal("begun", await begun.Content.ReadAsStringAsync());
        Assert.Contains("session", stranger.Cookies.Keys);
        Assert.Equal(HttpStatusCode.Forbidden, elsewhere.StatusCode);
    }

    [Fact]
    public async Task It_can_be_turned_off()
    {
        var app = NewApp();
        app.Security = app.Security with { RefusesForgery = false };
        await using var server = await TestServer.StartAsync(app);
        var visitor = await VisitorAsync(server);
        From(visitor, "cross-site", "https://evil.example");

        using var response = await visitor.SendAsync(HttpMethod.Post, "/sign-in");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("https://example.org/")]
    [InlineData("example.org")]
    [InlineData("https://example.org/app")]
    [InlineData("ftp://example.org")]
    public void What_is_no_origin_is_refused_with_its_option(string origin)
    {
        var app = new App();

        var error = Assert.Throws<InvalidOperationException>(() => app.Security = app.Security with { TrustedOrigins = [origin] });

        Assert.Contains($"SecurityOptions.TrustedOrigins has '{origin}'", error.Message, StringComparison.Ordinal);
    }

    private static App NewApp()
    {
        var app = new App();
        app.Get("/begin", (Request request) => request.Session["value"] = "1");
        app.Get("/read", (Request request) => request.Session["value"]);
        app.Route("/change", ["POST", "PUT", "PATCH", "DELETE", "CUSTOM", "OPTIONS"], (Request request) => "changed");
        app.Post("/sign-in", (Request request) => request.Session["user"] = "mallory");
        return app;
    }

    private static async Task<Visitor> VisitorAsync(TestServer server)
    {
        var visitor = new Visitor(server);
        await visitor.TextAsync("/begin");
        return visitor;
    }

    private static void From(Visitor visitor, string? site, string? origin)
    {
        if (site is not null)
        {
            visitor.Headers["Sec-Fetch-Site"] = site;
        }
        if (origin is not null)
        {
            visitor.Headers["Origin"] = origin;
        }
    }
}

using System.Net;
using Realtime.Testing;

namespace Realtime.Core.Tests.Middleware;

public sealed class SecurityHeaderTests
{
    [Theory]
    [InlineData("/text")]
    [InlineData("/json")]
    [InlineData("/page")]
    [InlineData("/nothing-here")]
    [InlineData("/fails")]
    [InlineData("/raw")]
    [InlineData("/stream")]
    public async Task No_response_is_taken_for_something_else_than_it_says(string path)
    {
        await using var server = await TestServer.StartAsync(NewApp());

        using var response = await server.Http.GetAsync(path);

        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Null(Header(response, "Strict-Transport-Security"));
    }

    [Fact]
    public async Task What_is_about_pages_is_on_pages_alone()
    {
        await using var server = await TestServer.StartAsync(NewApp());

        using var page = await server.Http.GetAsync("/page");
        using var text = await server.Http.GetAsync("/text");

        Assert.Equal("SAMEORIGIN", Header(page, "X-Frame-Options"));
        Assert.Equal("strict-origin-when-cross-origin", Header(page, "Referrer-Policy"));
        Assert.Null(Header(page, "Content-Security-Policy"));
        Assert.Null(Header(text, "X-Frame-Options"));
        Assert.Null(Header(text, "Referrer-Policy"));
    }

    [Fact]
    public async Task What_a_handler_sets_stays()
    {
        await using var server = await TestServer.StartAsync(NewApp());

        using var page = await server.Http.GetAsync("/own");

        Assert.Equal("DENY", Header(page, "X-Frame-Options"));
        Assert.Equal("default-src 'self'", Header(page, "Content-Security-Policy"));
    }

    [Fact]
    public async Task The_options_say_what_is_sent()
    {
        var app = NewApp();
        app.Security = app.Security with { FrameOptions = null, ReferrerPolicy = "no-referrer", ContentSecurityPolicy = "default-src 'self'", HstsAge = TimeSpan.FromDays(365), HstsSubdomains = true };
        await using var server = await TestServer.StartAsync(app);

        using var page = await server.Http.GetAsync("https://example.org/page");

        Assert.Null(Header(page, "X-Frame-Options"));
        Assert.Equal("no-referrer", Header(page, "Referrer-Policy"));
        Assert.Equal("default-src 'self'", Header(page, "Content-Security-Policy"));
        Assert.Equal("max-age=31536000; includeSubDomains", Header(page, "Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("https://example.org/text", false, "max-age=2592000")]
    [InlineData("http://example.org/text", false, null)]
    [InlineData("https://localhost/text", false, null)]
    [InlineData("https://localhost:8443/text", false, null)]
    [InlineData("https://localhost.example.org/text", false, "max-age=2592000")]
    [InlineData("https://example.org/text", true, null)]
    public async Task Over_HTTPS_a_browser_is_told_to_stay_with_it(string address, bool isDevelopment, string? expected)
    {
        var app = NewApp();
        app.IsDevelopment = isDevelopment;
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync(address);

        Assert.Equal(expected, Header(response, "Strict-Transport-Security"));
    }

    [Fact]
    public async Task They_can_be_turned_off()
    {
        var app = NewApp();
        app.Security = app.Security with { SendsHeaders = false };
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("https://example.org/page");

        Assert.Null(Header(response, "X-Content-Type-Options"));
        Assert.Null(Header(response, "X-Frame-Options"));
        Assert.Null(Header(response, "Strict-Transport-Security"));
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;

    private static App NewApp()
    {
        var app = new App();
        app.Get("/text", () => "text");
        app.Get("/json", () => new { Value = 1 });
        app.Get("/page", () => Response.Html("<p>"));
        app.Get("/fails", string () => throw new InvalidDataException("on purpose"));
        app.Get("/raw", (Protocol.HttpConnection http) => http.CompleteAsync());
        app.Get("/stream", () => Response.Stream(static (stream, cancellation) => stream.FlushAsync(cancellation)));
        app.Get("/own", () =>
        {
            var page = Response.Html("<p>");
            page.Headers["X-Frame-Options"] = "DENY";
            page.Headers["Content-Security-Policy"] = "default-src 'self'";
            return page;
        });
        return app;
    }
}

using System.Net;
using Realtime.Testing;

namespace Realtime.Core.Tests.Routing;

public sealed class HostTests
{
    [Theory]
    [InlineData("example.com", "/", "any")]
    [InlineData("api.example.com", "/", "api")]
    [InlineData("API.Example.Com", "/", "api")]
    [InlineData("api.example.com:8080", "/", "api")]
    [InlineData("api.example.com.", "/", "api")]
    [InlineData("acme.example.com", "/", "tenant acme")]
    [InlineData("acme.example.com", "/notes/7", "note 7 of acme")]
    [InlineData("7.example.com", "/", "number 7")]
    [InlineData("api.example.com", "/notes/7", "note 7 of api")]
    [InlineData("acme.example.com", "/shared", "shared")]
    [InlineData("a.b.example.com", "/", "any")]
    [InlineData("[::1]:5000", "/", "any")]
    public async Task The_most_specific_host_goes_first_and_any_host_last(string host, string path, string expected)
    {
        var app = new App();
        app.Get("/", () => "any");
        app.Get("/shared", () => "shared");
        var tenant = app.Host("{tenant}.example.com");
        tenant.Get("/", (string tenant) => $"tenant {tenant}");
        tenant.Get("/notes/{id:int}", (string tenant, int id) => $"note {id} of {tenant}");
        app.Host("{number:int}.example.com").Get("/", (int number) => $"number {number}");
        app.Host("api.Example.com").Get("/", () => "api");
        await using var server = await TestServer.StartAsync(app);
        server.Http.DefaultRequestHeaders.Host = host;

        Assert.Equal(expected, await server.Http.GetStringAsync(path));
    }

    [Fact]
    public async Task What_a_host_does_not_answer_says_so()
    {
        var app = new App();
        app.Host("api.example.com").Post("/notes", () => "posted");
        app.Get("/notes/", () => "any");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(HttpStatusCode.PermanentRedirect, (await server.Http.GetAsync("/notes")).StatusCode);
        server.Http.DefaultRequestHeaders.Host = "api.example.com";
        using var refused = await server.Http.PutAsync("/notes", null);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "GET, HEAD, OPTIONS, POST"), (refused.StatusCode, string.Join(", ", refused.Content.Headers.Allow)));
    }

    [Fact]
    public async Task Blueprints_within_have_the_host_of_the_one_around_them()
    {
        var app = new App();
        var outer = new Blueprint("outer", host: "{tenant}.example.com");
        var inner = new Blueprint("inner", prefix: "/inner");
        inner.Get("/{id}", (string tenant, string id) => $"{tenant} {id}");
        outer.Register(inner);
        app.Register(outer);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/inner/7")).StatusCode);
        server.Http.DefaultRequestHeaders.Host = "acme.example.com";
        Assert.Equal("acme 7", await server.Http.GetStringAsync("/inner/7"));
    }

    [Fact]
    public async Task Addresses_of_another_host_are_absolute()
    {
        var app = new App();
        app.Host("{tenant}.example.com").Get("/notes/{id}", (string id) => id).Named("note");
        app.Get("/{tenant}", (string tenant, Request request) => request.UrlFor("note", new { tenant, id = 7 }));
        await using var server = await TestServer.StartAsync(app);

        server.Http.DefaultRequestHeaders.Host = "example.com:8080";
        Assert.Equal("http://acme.example.com:8080/notes/7", await server.Http.GetStringAsync("/acme"));
        server.Http.DefaultRequestHeaders.Host = "Acme.example.com:8080";
        Assert.Equal("/notes/7", await server.Http.GetStringAsync("/acme"));
    }

    [Theory]
    [InlineData("http://example.com")]
    [InlineData("example.com:80")]
    [InlineData("*.example.com")]
    [InlineData("a..b")]
    [InlineData("x{a}.com")]
    [InlineData("{a:path}.com")]
    public void A_malformed_host_is_refused(string host) => Assert.Throws<ArgumentException>(() => new App().Host(host));
}

using System.Net;
using System.Net.Http.Headers;
using Realtime.Testing;

namespace Realtime.Core.Tests.Middleware;

public sealed class StaticTests : IDisposable
{
    private readonly string _outside = Directory.CreateTempSubdirectory("static").FullName;
    private readonly string _folder;

    public StaticTests()
    {
        _folder = Path.Combine(_outside, "wwwroot");
        Directory.CreateDirectory(Path.Combine(_folder, "docs"));
        Directory.CreateDirectory(Path.Combine(_folder, ".well-known"));
        File.WriteAllText(Path.Combine(_outside, "secret.txt"), "secret");
        File.WriteAllText(Path.Combine(_folder, "index.html"), "<h1>Home</h1>");
        File.WriteAllText(Path.Combine(_folder, "app.js"), "0123456789");
        File.WriteAllText(Path.Combine(_folder, "docs", "index.html"), "<h1>Docs</h1>");
        File.WriteAllText(Path.Combine(_folder, "data.unknown"), "?");
        File.WriteAllText(Path.Combine(_folder, ".env"), "secret");
        File.WriteAllText(Path.Combine(_folder, ".well-known", "security.txt"), "Contact");
        File.WriteAllText(Path.Combine(_folder, "shadowed"), "file");
        File.CreateSymbolicLink(Path.Combine(_folder, "link.txt"), Path.Combine(_outside, "secret.txt"));
        File.CreateSymbolicLink(Path.Combine(_folder, "relative.txt"), "../secret.txt");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "up"), _outside);
        File.CreateSymbolicLink(Path.Combine(_folder, "inside.js"), Path.Combine(_folder, "app.js"));
        File.CreateSymbolicLink(Path.Combine(_folder, "loop"), Path.Combine(_folder, "loop"));
    }

    public void Dispose() => Directory.Delete(_outside, recursive: true);

    [Theory]
    [InlineData("/", "text/html; charset=utf-8", "<h1>Home</h1>")]
    [InlineData("/app.js", "text/javascript; charset=utf-8", "0123456789")]
    [InlineData("/inside.js", "text/javascript; charset=utf-8", "0123456789")]
    [InlineData("/docs/", "text/html; charset=utf-8", "<h1>Docs</h1>")]
    [InlineData("/data.unknown", "application/octet-stream", "?")]
    [InlineData("/.well-known/security.txt", "text/plain; charset=utf-8", "Contact")]
    [InlineData("/shadowed", "text/plain; charset=utf-8", "route")]
    public async Task A_file_is_served_where_no_route_answers(string path, string contentType, string body)
    {
        await using var server = await StartAsync();

        using var response = await server.Http.GetAsync(path);

        Assert.Equal(contentType, response.Content.Headers.ContentType!.ToString());
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/../secret.txt")]
    [InlineData("/%2e%2e/secret.txt")]
    [InlineData("/..%2fsecret.txt")]
    [InlineData("/docs/..%2f..%2fsecret.txt")]
    [InlineData("/..%5csecret.txt")]
    [InlineData("//secret.txt")]
    [InlineData("/.env")]
    [InlineData("/link.txt")]
    [InlineData("/relative.txt")]
    [InlineData("/up/secret.txt")]
    [InlineData("/up/wwwroot/app.js/../../secret.txt")]
    [InlineData("/loop")]
    [InlineData("/app.js%00.html")]
    [InlineData("/app.js/")]
    [InlineData("/APP.JS")]
    [InlineData("/nothing")]
    public async Task There_is_no_way_out_of_the_folder(string path)
    {
        await using var server = await StartAsync();

        using var response = await server.Http.GetAsync(new Uri("http://localhost" + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));

        Assert.True(response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{response.StatusCode}");
    }

    [Fact]
    public async Task An_absolute_path_stays_inside()
    {
        await using var server = await StartAsync();

        using var response = await server.Http.GetAsync("/" + _outside + "/secret.txt");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task An_unchanged_file_is_304()
    {
        await using var server = await StartAsync();
        using var first = await server.Http.GetAsync("/app.js");
        Assert.Equal("no-cache", first.Headers.CacheControl!.ToString());

        using var byTag = new HttpRequestMessage(HttpMethod.Get, "/app.js");
        byTag.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var byDate = new HttpRequestMessage(HttpMethod.Get, "/app.js");
        byDate.Headers.IfModifiedSince = first.Content.Headers.LastModified;
        using var older = new HttpRequestMessage(HttpMethod.Get, "/app.js");
        older.Headers.IfModifiedSince = first.Content.Headers.LastModified!.Value.AddSeconds(-1);

        Assert.Equal(HttpStatusCode.NotModified, (await server.Http.SendAsync(byTag)).StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, (await server.Http.SendAsync(byDate)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.SendAsync(older)).StatusCode);
    }

    [Theory]
    [InlineData("bytes=2-4", 206, "234", "bytes 2-4/10")]
    [InlineData("bytes=7-", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-3", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=8-99", 206, "89", "bytes 8-9/10")]
    [InlineData("bytes=10-", 416, "", "bytes */10")]
    [InlineData("bytes=-0", 416, "", "bytes */10")]
    [InlineData("bytes=1-8,2-9", 200, "0123456789", null)]
    [InlineData("lines=1-2", 200, "0123456789", null)]
    public async Task A_range_is_served(string range, int status, string body, string? contentRange)
    {
        await using var server = await StartAsync();
        using var message = new HttpRequestMessage(HttpMethod.Get, "/app.js");
        message.Headers.TryAddWithoutValidation("Range", range);

        using var response = await server.Http.SendAsync(message);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
        Assert.Equal(contentRange, response.Content.Headers.ContentRange?.ToString());
    }

    [Fact]
    public async Task HEAD_tells_the_length()
    {
        await using var server = await StartAsync();

        using var response = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/app.js"));

        Assert.Equal(10, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_folder_without_its_slash_is_redirected()
    {
        await using var server = await StartAsync();

        using var response = await server.Http.GetAsync("/docs?a=1");

        Assert.Equal(HttpStatusCode.PermanentRedirect, response.StatusCode);
        Assert.Equal("/docs/?a=1", response.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_prefix_is_taken_off()
    {
        var app = new App();
        app.Static("/assets", _folder);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("0123456789", await server.Http.GetStringAsync("/assets/app.js"));
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/app.js")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/assetsapp.js")).StatusCode);
    }

    [Fact]
    public void A_missing_folder_fails_the_start()
    {
        var app = new App();
        app.Static("/", "no-such-folder");

        Assert.Contains("The folder 'no-such-folder' for static files does not exist", Assert.Throws<InvalidOperationException>(() => app.Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_File_serves_a_download()
    {
        var app = new App();
        app.Get("/export", () => Response.File(Path.Combine(_outside, "secret.txt"), downloadName: "Grüße.txt"));
        app.Get("/gone", () => Response.File(Path.Combine(_outside, "gone.txt")));
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/export");
        using var gone = await server.Http.GetAsync("/gone");

        Assert.Equal("secret", await response.Content.ReadAsStringAsync());
        Assert.Equal("Grüße.txt", response.Content.Headers.ContentDisposition!.FileNameStar);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    private Task<TestServer> StartAsync()
    {
        var app = new App();
        app.Static("/", _folder);
        app.Get("/shadowed", () => "route");
        return TestServer.StartAsync(app);
    }
}

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

    [Theory]
    [InlineData(null, "no-cache")]
    [InlineData(3600, "public, max-age=3600")]
    [InlineData(31536000, "public, max-age=31536000, immutable")]
    public async Task How_long_a_file_may_be_kept_is_for_the_app_to_say(int? seconds, string cacheControl)
    {
        await using var server = await StartAsync(new StaticOptions { MaxAge = seconds is { } age ? TimeSpan.FromSeconds(age) : null, IsImmutable = seconds > 3600 });

        using var response = await server.Http.GetAsync("/app.js");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/app.js") { Headers = { IfNoneMatch = { response.Headers.ETag! } } };
        using var unchanged = await server.Http.SendAsync(again);

        Assert.Equal(cacheControl, response.Headers.GetValues("Cache-Control").Single());
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal(cacheControl, unchanged.Headers.GetValues("Cache-Control").Single());
        Assert.Equal(response.Headers.ETag, unchanged.Headers.ETag);
    }

    [Fact]
    public async Task Each_path_may_have_its_own_cache_policy()
    {
        await using var server = await StartAsync(new StaticOptions { CacheControl = static path => path == "docs/index.html" ? "no-store" : null });

        using var docs = await server.Http.GetAsync("/docs/");
        using var other = await server.Http.GetAsync("/app.js");

        Assert.Equal("no-store", docs.Headers.CacheControl!.ToString());
        Assert.Equal("no-cache", other.Headers.CacheControl!.ToString());
    }

    [Theory]
    [InlineData("br", "br", "brotli")]
    [InlineData("gzip, deflate, br, zstd", "br", "brotli")]
    [InlineData("gzip", "gzip", "gzipped")]
    [InlineData("GZIP", "gzip", "gzipped")]
    [InlineData("br;q=0.5, gzip;q=0.8", "gzip", "gzipped")]
    [InlineData("br;q=0, *", "gzip", "gzipped")]
    [InlineData("*", "br", "brotli")]
    [InlineData("*;q=0", null, "0123456789")]
    [InlineData("gzip;q=0, br;q=0", null, "0123456789")]
    [InlineData("gzip;q=0.5, identity", null, "0123456789")]
    [InlineData("gzip;q=x", null, "0123456789")]
    [InlineData("brotli, compress", null, "0123456789")]
    [InlineData("", null, "0123456789")]
    [InlineData(null, null, "0123456789")]
    public async Task A_compressed_form_goes_to_who_takes_it(string? accepted, string? encoding, string body)
    {
        Compress();
        await using var server = await StartAsync();
        using var message = new HttpRequestMessage(HttpMethod.Get, "/app.js");
        if (accepted is not null)
        {
            message.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        }

        using var response = await server.Http.SendAsync(message);

        Assert.Equal(body, await response.Content.ReadAsStringAsync());
        Assert.Equal(encoding, response.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal(["Accept-Encoding"], response.Headers.Vary);
        Assert.Equal("text/javascript; charset=utf-8", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Every_form_of_a_file_has_its_own_tag_and_its_own_ranges()
    {
        Compress();
        await using var server = await StartAsync();
        using var whole = await server.Http.GetAsync("/app.js");
        using var asked = Ask("br");
        using var compressed = await server.Http.SendAsync(asked);
        using var conditional = Ask("br");
        conditional.Headers.IfNoneMatch.Add(compressed.Headers.ETag!);
        using var unchanged = await server.Http.SendAsync(conditional);
        using var ofAnother = Ask("br");
        ofAnother.Headers.IfNoneMatch.Add(whole.Headers.ETag!);
        using var changed = await server.Http.SendAsync(ofAnother);
        using var part = Ask("br");
        part.Headers.Range = new RangeHeaderValue(0, 2);
        using var partial = await server.Http.SendAsync(part);

        Assert.NotEqual(whole.Headers.ETag, compressed.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal(["Accept-Encoding"], unchanged.Headers.Vary);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal("bro", await partial.Content.ReadAsStringAsync());
        Assert.Equal("br", partial.Content.Headers.ContentEncoding.Single());

        static HttpRequestMessage Ask(string encoding) => new(HttpMethod.Get, "/app.js") { Headers = { AcceptEncoding = { new StringWithQualityHeaderValue(encoding) } } };
    }

    [Fact]
    public async Task A_compressed_form_that_is_older_than_its_file_or_outside_of_the_folder_is_not_served()
    {
        Compress();
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "app.js.br"), File.GetLastWriteTimeUtc(Path.Combine(_folder, "app.js")).AddSeconds(-1));
        File.Delete(Path.Combine(_folder, "app.js.gz"));
        File.CreateSymbolicLink(Path.Combine(_folder, "app.js.gz"), Path.Combine(_outside, "secret.txt"));
        await using var server = await StartAsync();
        using var message = new HttpRequestMessage(HttpMethod.Get, "/app.js") { Headers = { { "Accept-Encoding", "br, gzip" } } };

        using var response = await server.Http.SendAsync(message);

        Assert.Equal("0123456789", await response.Content.ReadAsStringAsync());
        Assert.Empty(response.Headers.Vary);
    }

    [Fact]
    public async Task Compressed_forms_can_be_left_alone()
    {
        Compress();
        await using var server = await StartAsync(new StaticOptions { Precompressed = false });
        using var message = new HttpRequestMessage(HttpMethod.Get, "/app.js") { Headers = { { "Accept-Encoding", "br" } } };

        using var response = await server.Http.SendAsync(message);

        Assert.Equal("0123456789", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("POST", "/app.js", 405)]
    [InlineData("DELETE", "/docs/", 405)]
    [InlineData("OPTIONS", "/app.js", 204)]
    [InlineData("POST", "/nothing", 404)]
    [InlineData("POST", "/.env", 404)]
    public async Task A_file_is_read_and_nothing_else(string method, string path, int status)
    {
        await using var server = await StartAsync();

        using var response = await server.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(status, (int)response.StatusCode);
        if (status != 404)
        {
            Assert.Equal("GET, HEAD, OPTIONS", string.Join(", ", response.Content.Headers.Allow.Order(StringComparer.Ordinal)));
        }
    }

    [Fact]
    public async Task A_page_that_is_not_there_is_the_fallback_and_a_script_is_not()
    {
        await using var server = await StartAsync(new StaticOptions { Fallback = "index.html" });
        using var page = new HttpRequestMessage(HttpMethod.Get, "/orders/7") { Headers = { { "Accept", "text/html,*/*;q=0.8" } } };
        using var hidden = new HttpRequestMessage(HttpMethod.Get, "/.env") { Headers = { { "Accept", "text/html,*/*;q=0.8" } } };

        using var found = await server.Http.SendAsync(page);
        using var refused = await server.Http.SendAsync(hidden);
        using var script = await server.Http.GetAsync("/missing.js");

        Assert.Equal("<h1>Home</h1>", await found.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, script.StatusCode);
    }

    [Fact]
    public async Task Types_and_the_index_are_as_the_options_say()
    {
        await using var server = await StartAsync(new StaticOptions { Index = "app.js", Types = new Dictionary<string, string> { [".unknown"] = "model/x", [".js"] = "text/plain" } });

        using var unknown = await server.Http.GetAsync("/data.unknown");
        using var index = await server.Http.GetAsync("/");
        using var none = await server.Http.GetAsync("/docs/");

        Assert.Equal("model/x", unknown.Content.Headers.ContentType!.ToString());
        Assert.Equal("text/plain", index.Content.Headers.ContentType!.ToString());
        Assert.Equal("0123456789", await index.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task A_name_that_is_too_long_for_any_file_is_404()
    {
        await using var server = await StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/" + new string('a', 300))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/" + string.Join('/', Enumerable.Repeat("a", 3000)))).StatusCode);
    }

    [Fact]
    public async Task An_empty_file_is_empty()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "empty.txt"), "");
        await using var server = await StartAsync();

        using var response = await server.Http.GetAsync("/empty.txt");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Of_a_huge_file_any_part_can_be_had()
    {
        const long Length = 5_000_000_000;
        // It has holes: the disk keeps its last bytes alone.
        await using (var file = File.Create(Path.Combine(_folder, "huge.bin")))
        {
            file.SetLength(Length - 3);
            file.Seek(0, SeekOrigin.End);
            file.Write("end"u8);
        }
        await using var server = await StartAsync();
        using var head = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/huge.bin"));
        using var message = new HttpRequestMessage(HttpMethod.Get, "/huge.bin") { Headers = { Range = new RangeHeaderValue(Length - 4, null) } };
        using var part = await server.Http.SendAsync(message);

        Assert.Equal(Length, head.Content.Headers.ContentLength);
        Assert.Equal("\0end", await part.Content.ReadAsStringAsync());
        Assert.Equal($"bytes {Length - 4}-{Length - 1}/{Length}", part.Content.Headers.ContentRange!.ToString());
    }

    [Fact]
    public async Task A_file_that_is_replaced_while_it_is_sent_arrives_as_it_was()
    {
        var path = Path.Combine(_folder, "large.bin");
        await File.WriteAllBytesAsync(path, Enumerable.Repeat((byte)'a', 4_000_000).ToArray());
        await using var server = await StartAsync();

        using var response = await server.Http.GetAsync("/large.bin", HttpCompletionOption.ResponseHeadersRead);
        var other = Path.Combine(_folder, "other.bin");
        await File.WriteAllBytesAsync(other, Enumerable.Repeat((byte)'b', 100).ToArray());
        File.Move(other, path, overwrite: true);
        var body = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(4_000_000, response.Content.Headers.ContentLength);
        Assert.Equal(4_000_000, body.Length);
        Assert.True(body.AsSpan().IndexOfAnyExcept((byte)'a') < 0);
        Assert.Equal(100, (await server.Http.GetByteArrayAsync("/large.bin")).Length);
    }

    [Fact]
    public async Task A_file_that_becomes_shorter_while_it_is_sent_is_cut_off_so_that_the_client_can_tell()
    {
        var path = Path.Combine(_folder, "large.bin");
        await File.WriteAllBytesAsync(path, new byte[4_000_000]);
        await using var server = await StartAsync();

        using var response = await server.Http.GetAsync("/large.bin", HttpCompletionOption.ResponseHeadersRead);
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(1000);
        }

        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        var app = new App();

        Assert.Contains("MaxAge", Assert.Throws<InvalidOperationException>(() => app.Static("/", _folder, new StaticOptions { MaxAge = TimeSpan.FromSeconds(-1) })).Message, StringComparison.Ordinal);
        Assert.Contains("IsImmutable", Assert.Throws<InvalidOperationException>(() => app.Static("/", _folder, new StaticOptions { IsImmutable = true })).Message, StringComparison.Ordinal);
        Assert.Contains("Fallback", Assert.Throws<InvalidOperationException>(() => app.Static("/", _folder, new StaticOptions { Fallback = "../secret.txt" })).Message, StringComparison.Ordinal);
        Assert.Contains("Index", Assert.Throws<InvalidOperationException>(() => app.Static("/", _folder, new StaticOptions { Index = "" })).Message, StringComparison.Ordinal);
        app.Static("/", Path.Combine(_folder, "app.js"));
        Assert.Contains("but a file of this name", Assert.Throws<InvalidOperationException>(() => app.Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_paths_never_leave_the_folder()
    {
        await using var server = await StartAsync();
        var random = new Random(5);
        string[] pieces = ["..", ".", "/", "//", "%2e", "%2F", "%5c", "\\", "%00", "secret.txt", "up", "wwwroot", "docs", "link.txt", "%c0%ae", "..;", "~", "app.js", _outside, "%252e", "\u2024"];
        for (var run = 0; run < 3000; run++)
        {
            var path = "/" + string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => pieces[random.Next(pieces.Length)]));
            using var response = await server.Http.GetAsync(new Uri("http://localhost" + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            Assert.True((int)response.StatusCode < 500, $"{path} gave {(int)response.StatusCode}");
            Assert.NotEqual("secret", await response.Content.ReadAsStringAsync());
        }
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

    private void Compress()
    {
        File.WriteAllText(Path.Combine(_folder, "app.js.br"), "brotli");
        File.WriteAllText(Path.Combine(_folder, "app.js.gz"), "gzipped");
    }

    private Task<TestServer> StartAsync(StaticOptions? options = null)
    {
        var app = new App();
        app.Static("/", _folder, options);
        app.Get("/shadowed", () => "route");
        return TestServer.StartAsync(app);
    }
}

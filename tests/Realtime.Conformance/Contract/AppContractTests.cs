using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Realtime.Protocol;
using Xunit;

namespace Realtime.Conformance.Contract;

/// <summary>What an app does with requests and responses, as far as a server has a part in it: every server inherits and passes this.</summary>
public abstract partial class AppContractTests
{
    private static readonly Uri Root = new("/", UriKind.Relative);

    /// <summary>Whether a response to a plain GET may have trailers, as it always may in HTTP/2.</summary>
    protected virtual bool HasTrailers => false;

    protected abstract Task<ContractServer> StartAsync(Application application);

    [Fact]
    public async Task Nothing_of_a_request_is_seen_by_the_next_one_on_its_connection()
    {
        HttpConnection? kept = null;
        var app = new App();
        app.Get("/text", () => "plain");
        app.Get("/json/{id:int}", (int id, string? q) => new { id, q });
        app.Get("/status", () => ("teapot", 418));
        app.Get("/set", () =>
        {
            var response = Response.Text("set", status: 202);
            response.Headers["X-Own"] = "1";
            response.Cookies.Append("a", "1");
            return response;
        });
        app.Get("/nothing", () => { });
        app.Get("/fails", string () => throw new HttpError(409, "Taken.") { Headers = { ["X-Error"] = "1" } });
        app.Get("/keep", (HttpConnection http) =>
        {
            kept = http;
            http.ResponseHeaders["X-Kept"] = "1";
        });
        app.Post("/notes", (Note note) => new { note.Title });
        await using var server = await StartAsync(app.Build());

        for (var round = 0; round < 30; round++)
        {
            await ExpectAsync(HttpMethod.Get, "/text", 200, "plain");
            await ExpectAsync(HttpMethod.Get, $"/json/{round}?q=x{round}", 200, $$"""{"id":{{round}},"q":"x{{round}}"}""");
            await ExpectAsync(HttpMethod.Get, $"/json/{round}", 200, $$"""{"id":{{round}},"q":null}""");
            await ExpectAsync(HttpMethod.Get, "/status", 418, "teapot");
            await ExpectAsync(HttpMethod.Head, "/text", 200, "");
            await ExpectAsync(HttpMethod.Get, "/nothing", 204, "");
            await ExpectAsync(HttpMethod.Get, "/set", 202, "set", "X-Own", "Set-Cookie");
            await ExpectAsync(HttpMethod.Get, "/text", 200, "plain");
            await ExpectAsync(HttpMethod.Get, "/fails", 409, null, "X-Error");
            await ExpectAsync(HttpMethod.Get, "/missing", 404, null);
            await PostAsync("/notes", 200, $$"""{"title":"t{{round}}"}""", JsonContent.Create(new { title = $"t{round}" }));
            await PostAsync("/notes", 400, null, JsonContent.Create(new { title = "" }));
            await PostAsync("/notes", 200, $$"""{"title":"{{new string('x', 20_000)}}"}""", JsonContent.Create(new { title = new string('x', 20_000) }));
            await ExpectAsync(HttpMethod.Get, "/keep", 200, "", "X-Kept");
            await ExpectAsync(HttpMethod.Get, "/text", 200, "plain");
            Assert.Throws<ObjectDisposedException>(() => kept!.Path);
        }

        Task ExpectAsync(HttpMethod method, string target, int status, string? body, params string[] fields) =>
            ExpectWithAsync(method, target, status, body, content: null, fields);

        Task PostAsync(string target, int status, string? body, HttpContent content) => ExpectWithAsync(HttpMethod.Post, target, status, body, content, []);

        async Task ExpectWithAsync(HttpMethod method, string target, int status, string? body, HttpContent? content, string[] fields)
        {
            using var message = new HttpRequestMessage(method, target) { Content = content };
            using var response = await server.Http.SendAsync(message);
            Assert.Equal(status, (int)response.StatusCode);
            if (body is not null)
            {
                Assert.Equal(body, await response.Content.ReadAsStringAsync());
            }
            string[] own = ["X-Own", "X-Error", "X-Kept", "Set-Cookie"];
            Assert.Equal(fields.Order(StringComparer.Ordinal), own.Where(response.Headers.Contains).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task A_form_with_files_is_taken_whole_and_its_rest_is_passed_over()
    {
        var app = new App(new AppOptions { Forms = new FormLimits { MaxMemory = 10_000 } });
        app.Post("/", async (UploadedFile file, [Form] string title) => $"{title} {file.FileName} {(await file.ReadBytesAsync()).Sum(static one => (long)one)}");
        app.Post("/first", async (Request request) =>
        {
            await foreach (var part in request.ReadPartsAsync())
            {
                return part.Name;
            }
            return "none";
        });
        await using var server = await StartAsync(app.Build());

        foreach (var length in new[] { 0, 100, 300_000 })
        {
            using var content = Content(length);
            using var response = await server.Http.PostAsync(Root, content);
            Assert.Equal($"Tea a.bin {length}", await response.Content.ReadAsStringAsync());
        }
        using var unread = Content(300_000);
        using var first = await server.Http.PostAsync(new Uri("/first", UriKind.Relative), unread);
        Assert.Equal("title", await first.Content.ReadAsStringAsync());

        static MultipartFormDataContent Content(int length) =>
            new() { { new StringContent("Tea"), "title" }, { new ByteArrayContent([.. Enumerable.Repeat((byte)1, length)]), "file", "a.bin" } };
    }

    [Fact]
    public async Task Conditions_and_ranges_are_answered_alike()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "0123456789");
        var app = new App();
        app.Get("/", () => Response.File(path, "text/plain"));
        await using var server = await StartAsync(app.Build());
        using var whole = await server.Http.GetAsync(Root);
        var tag = whole.Headers.ETag!.ToString();

        Assert.Equal((200, "0123456789", 10), await AskAsync());
        Assert.Equal((304, "", null), await AskAsync(("If-None-Match", tag)));
        Assert.Equal(412, (await AskAsync(("If-Match", "\"other\""))).Status);
        Assert.Equal((206, "234", 3), await AskAsync(("Range", "bytes=2-4")));
        Assert.Equal((416, "", 0), await AskAsync(("Range", "bytes=10-")));
        Assert.Equal((200, "0123456789", 10), await AskAsync(("Range", "bytes=2-4"), ("If-Range", "\"other\"")));
        var (status, body, length) = await AskAsync(("Range", "bytes=0-1,-1"));
        Assert.Equal((206, body.Length), (status, (int)length!));
        Assert.Contains("Content-Range: bytes 9-9/10\r\n\r\n9\r\n", body, StringComparison.Ordinal);
        File.Delete(path);

        async Task<(int Status, string Body, long? Length)> AskAsync(params (string Name, string Value)[] fields)
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, "/");
            Array.ForEach(fields, field => message.Headers.TryAddWithoutValidation(field.Name, field.Value));
            using var response = await server.Http.SendAsync(message);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.StatusCode == HttpStatusCode.NotModified ? null : response.Content.Headers.ContentLength);
        }
    }

    [Fact]
    public async Task A_sequence_arrives_item_by_item_with_its_trailer_behind_it()
    {
        var go = Probe.Signal();
        var sent = 0;
        var app = new App();
        app.Get("/", () =>
        {
            var response = Response.JsonLines(ItemsAsync());
            response.AddTrailer("X-Count", () => $"{sent}");
            return response;
        });
        await using var server = await StartAsync(app.Build());
        using var response = await server.Http.GetAsync(Root, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = new char[1];
        await reader.ReadBlockAsync(first).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        go.TrySetResult();

        Assert.Equal("1\n2\n", new string(first) + await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(HasTrailers, response.TrailingHeaders.TryGetValues("X-Count", out var counted) && counted.Single() == "2");

        async IAsyncEnumerable<int> ItemsAsync()
        {
            sent = 1;
            yield return 1;
            await go.Task;
            sent = 2;
            yield return 2;
        }
    }

    [Theory]
    [InlineData("application/json", """{"title":"Tea"}""", 200)]
    [InlineData("application/json", """{"title":""", 400)]
    [InlineData("application/json", "", 400)]
    [InlineData("application/xml", "<a/>", 415)]
    [InlineData("application/x-www-form-urlencoded", "title=Tea", 200)]
    [InlineData("application/x-www-form-urlencoded", "", 400)]
    [InlineData("multipart/form-data; boundary=x", "--x\r\n", 400)]
    public async Task A_body_is_read_by_its_type(string type, string body, int status)
    {
        var app = new App();
        app.Post("/", (Note note) => note.Title);
        await using var server = await StartAsync(app.Build());
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var response = await server.Http.PostAsync(Root, content);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_whatever_reads_it()
    {
        var app = new App(new AppOptions { Limits = new ServerLimits { MaxRequestBodySize = 1000 } });
        app.Post("/json", (Note note) => note.Title);
        app.Post("/form", ([Form] string title) => title);
        app.Post("/bytes", (byte[] bytes) => bytes.Length);
        await using var server = await StartAsync(app.Build());

        foreach (var (path, type, chunked) in new[] { ("/json", "application/json", false), ("/form", "application/x-www-form-urlencoded", false), ("/bytes", "application/octet-stream", false), ("/bytes", "application/octet-stream", true) })
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("\"" + new string('x', 2000) + "\""));
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
            message.Headers.TransferEncodingChunked = chunked;
            using var response = await server.Http.SendAsync(message);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }
    }

    private sealed record Note([property: Required] string Title);
}

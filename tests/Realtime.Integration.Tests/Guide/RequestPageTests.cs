using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Realtime.Integration.Tests.Scripts;

namespace Realtime.Integration.Tests.Guide;

/// <summary>The programs of docs/guide/requests.md and responses.md, each taken from its page, built and run.</summary>
public sealed class RequestPageTests
{
    [Fact]
    public async Task Requests_are_bound_and_checked_as_the_page_says()
    {
        await using var script = await RunAsync("requests.md", "requests.cs");
        using var note = new HttpRequestMessage(HttpMethod.Get, "/notes/5?full=on") { Headers = { { "User-Agent", "probe" }, { "Cookie", "theme=dark" } } };

        Assert.Equal("""{"id":5,"full":true,"userAgent":"probe","theme":"dark"}""", await TextAsync(await script.Http.SendAsync(note)));
        Assert.Equal("""{"q":"tea","tag":["a","b"],"sort":"Oldest","size":5}""", await script.Http.GetStringAsync("/search?q=tea&tag=a&tag=b&sort=oldest&size=5"));
        Assert.Equal(HttpStatusCode.BadRequest, (await script.Http.GetAsync("/search?q=tea&size=1000")).StatusCode);
        Assert.Equal("2026-01-01 to 2026-02-01", await script.Http.GetStringAsync("/reports?from=2026-01-01&to=2026-02-01"));
        Assert.Contains("The end is before the start.", await TextAsync(await script.Http.GetAsync("/reports?from=2026-01-01&to=2025-02-01")), StringComparison.Ordinal);
        var order = await script.Http.PostAsJsonAsync("/orders", new { customer = "Ada", lines = new[] { new { article = "tea", count = 2 }, new { article = "milk", count = 1 } } });
        Assert.Equal((HttpStatusCode.Created, """{"customer":"Ada","total":3}"""), (order.StatusCode, await TextAsync(order)));
        var form = await script.Http.PostAsync("/orders", new FormUrlEncodedContent([new("customer", "Ada"), new("lines[0].article", "tea"), new("lines[0].count", "4")]));
        Assert.Equal("""{"customer":"Ada","total":4}""", await TextAsync(form));
        var wrong = await script.Http.PostAsJsonAsync("/orders", new { customer = "", lines = new[] { new { article = "tea", count = 0 } } });
        Assert.Equal(
            ["$.customer", "$.lines[0].count"], (await wrong.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().Select(static error => error.GetProperty("field").GetString()!));
        using var profile = new MultipartFormDataContent { { new StringContent("Ada"), "name" }, { new ByteArrayContent(new byte[100_000]), "photo", "me.png" } };
        Assert.Equal("Ada, newsletter False, photo of 100000 bytes", await TextAsync(await script.Http.PostAsync("/profile", profile)));
        using var upload = new MultipartFormDataContent { { new ByteArrayContent(new byte[300_000]), "file", "big" } };
        Assert.Equal("300000", await TextAsync(await script.Http.PostAsync("/measure", upload)));
    }

    [Fact]
    public async Task Responses_are_what_the_page_says()
    {
        await using var script = await RunAsync("responses.md", "responses.cs");
        var http = script.Http;

        Assert.Equal("<h1>Hello, &lt;b&gt;</h1>", await http.GetStringAsync("/page?name=%3Cb%3E"));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/missing")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync("/jobs", null)).StatusCode);
        Assert.Equal("/notes/1", (await http.PostAsync("/notes", null)).Headers.Location!.ToString());
        Assert.Equal("Text, in UTF-8.", await http.GetStringAsync("/"));

        var tag = (await http.GetAsync("/notes/1")).Headers.ETag!.ToString();
        Assert.Equal(HttpStatusCode.NotModified, (await SendAsync(HttpMethod.Get, "/notes/1", "If-None-Match", tag)).StatusCode);
        Assert.Equal((HttpStatusCode)428, (await SendAsync(HttpMethod.Put, "/notes/1", "X-None", "x", Note())).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, "/notes/1", "If-Match", tag, Note())).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(HttpMethod.Put, "/notes/1", "If-Match", tag, Note())).StatusCode);

        Assert.StartsWith("theme=dark; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax", (await http.PostAsync("/theme/dark", null)).Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        var part = await SendAsync(HttpMethod.Get, "/download", "Range", "bytes=1-3");
        Assert.Equal((HttpStatusCode.PartialContent, "ELF"), (part.StatusCode, await TextAsync(part)));
        Assert.Equal("tick\ntick\ntick\n", await http.GetStringAsync("/count.txt"));
        Assert.Equal("[1,2,3]", await http.GetStringAsync("/numbers"));
        Assert.Equal("1\n2\n3\n", await TextAsync(await SendAsync(HttpMethod.Get, "/numbers", "Accept", "application/x-ndjson")));

        static StringContent Note() => new("""{"id":1,"title":"x","version":0}""", Encoding.UTF8, "application/json");

        async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string field, string value, HttpContent? content = null)
        {
            using var message = new HttpRequestMessage(method, path) { Content = content };
            message.Headers.TryAddWithoutValidation(field, value);
            return await http.SendAsync(message);
        }
    }

    private static Task<Script> RunAsync(string page, string program) => Script.RunTextAsync($"guide-{program}", GuidePage.Read(page).Programs[program]);

    private static async Task<string> TextAsync(HttpResponseMessage response)
    {
        using (response)
        {
            return await response.Content.ReadAsStringAsync();
        }
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Realtime.Integration.Tests.Scripts;

/// <summary>The one-file programs of <c>samples/scripts</c>, started with <c>dotnet run</c> as the guide says.</summary>
public sealed class ScriptTests
{
    [Fact]
    public async Task Hello_greets_by_name_and_adds()
    {
        await using var script = await Script.RunAsync("hello.cs");

        Assert.Equal("Hello, World!", await script.Http.GetStringAsync("/"));
        Assert.Equal("Hello, Ada Lovelace!", await script.Http.GetStringAsync("/hello/Ada%20Lovelace"));
        Assert.Equal("""{"sum":5}""", await script.Http.GetStringAsync("/add/2/3"));
    }

    [Fact]
    public async Task Notes_are_written_read_and_remembered_and_errors_are_answered()
    {
        await using var script = await Script.RunAsync("notes.cs");
        // A browser's own request, whose session is not to be forged.
        script.Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");

        using var created = await script.Http.PostAsJsonAsync("/notes", new { title = "<b>Milk</b>", text = "2 litres" });
        Assert.Equal((HttpStatusCode.Created, "/notes/1"), (created.StatusCode, created.Headers.Location!.OriginalString));
        Assert.Equal("""{"id":1,"title":"\u003Cb\u003EMilk\u003C/b\u003E","text":"2 litres"}""", await script.Http.GetStringAsync("/notes/1"));
        Assert.StartsWith("""[{"id":1""", await script.Http.GetStringAsync("/notes"), StringComparison.Ordinal);
        using var page = await script.Http.GetAsync("/");
        var text = await page.Content.ReadAsStringAsync();
        Assert.Contains("<li><a href='/notes/1'>&lt;b&gt;Milk&lt;/b&gt;</a></li>", text, StringComparison.Ordinal);
        Assert.Contains("Your last note: 1", text, StringComparison.Ordinal);
        using var stranger = new HttpClient { BaseAddress = script.Http.BaseAddress };
        Assert.Contains("Your last note: none", await stranger.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Equal("notes", Assert.Single(page.Headers.GetValues("X-App")));

        using var missing = await script.Http.GetAsync("/notes/7");
        Assert.Equal((HttpStatusCode.NotFound, """{"error":"There is no note 7."}"""), (missing.StatusCode, await missing.Content.ReadAsStringAsync()));
        Assert.True(missing.Headers.Contains("X-App"));
        using var invalid = await script.Http.PostAsJsonAsync("/notes", new { title = new string('x', 81) });
        Assert.Equal(HttpStatusCode.BadRequest, invalid.StatusCode);
        Assert.Contains("title", await invalid.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        script.Http.DefaultRequestHeaders.Add("X-Blocked", "1");
        Assert.Equal(HttpStatusCode.Forbidden, (await script.Http.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task Echo_returns_what_it_hears_and_sums_what_it_counts()
    {
        await using var script = await Script.RunAsync("echo.cs");

        using var echo = await script.ConnectAsync("/echo");
        await SendAsync(echo, "Is anybody there?");
        Assert.Equal("Is anybody there?", await ReceiveAsync(echo));

        using var sum = await script.ConnectAsync("/sum");
        await SendAsync(sum, "40");
        Assert.Equal("""{"sum":40}""", await ReceiveAsync(sum));
        await SendAsync(sum, "2");
        Assert.Equal("""{"sum":42}""", await ReceiveAsync(sum));

        using var packed = await script.ConnectAsync("/sum", "msgpack");
        Assert.Equal("msgpack", packed.SubProtocol);
        await packed.SendAsync((byte[])[0x28], WebSocketMessageType.Binary, endOfMessage: true, Script.Patience());
        Assert.Equal("81a373756d28", await ReceiveHexAsync(packed));
        await packed.SendAsync((byte[])[0xCD, 0x01, 0x00], WebSocketMessageType.Binary, endOfMessage: true, Script.Patience());
        Assert.Equal("81a373756dcd0128", await ReceiveHexAsync(packed));
    }

    [Fact]
    public async Task Chat_serves_its_page_and_tells_everyone_what_is_said()
    {
        await using var script = await Script.RunAsync("chat.cs");

        Assert.Contains("chat.js", await script.Http.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Contains("export function connect", await script.Http.GetStringAsync("/realtime/client.js"), StringComparison.Ordinal);

        using var ada = await script.ConnectAsync("/realtime", "realtime.v1.json");
        await SendAsync(ada, """{"type":"join","ref":1,"topic":"room:lobby","data":{"user":"Ada"}}""");
        Assert.Equal("Welcome to lobby, Ada.", (await UntilAsync(ada, "reply")).GetProperty("data").GetProperty("welcome").GetString());

        var announced = await script.Http.PostAsJsonAsync("/announce/lobby", new { text = "Closing soon." });
        Assert.True(announced.IsSuccessStatusCode);
        Assert.Equal("""{"user":"server","text":"Closing soon."}""", (await UntilAsync(ada, "event")).GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Jobs_are_accepted_watched_and_awaited()
    {
        await using var script = await Script.RunAsync("jobs.cs");

        var accepted = await script.Http.PostAsJsonAsync("/shrink", new { path = "ada.png", sizes = new[] { 5, 10 } });
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var job = await script.Http.GetFromJsonAsync<JsonElement>(accepted.Headers.Location);
        Assert.Equal("image.shrink", job.GetProperty("name").GetString());

        var shrunk = await script.Http.PostAsJsonAsync("/shrink-and-wait", new { path = "alan.png", sizes = new[] { 5, 10, 15 } });
        Assert.Equal("""{"count":3}""", await shrunk.Content.ReadAsStringAsync());

        var later = await script.Http.PostAsJsonAsync("/remind", new { to = "ada@example.org", subject = "Tea" });
        Assert.Equal(HttpStatusCode.Accepted, later.StatusCode);
        var cancelled = await script.Http.DeleteAsync(later.Headers.Location);
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        Assert.Equal("cancelled", (await script.Http.GetFromJsonAsync<JsonElement>(later.Headers.Location)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Live_sends_ticks_and_whatever_is_published_to_the_topic()
    {
        await using var script = await Script.RunAsync("live.cs");

        using var ticks = new StreamReader(await script.Http.GetStreamAsync("/ticks", Script.Patience()));
        foreach (var line in new[] { "data: 0", "", "data: 1", "" })
        {
            Assert.Equal(line, await ReadLineAsync(ticks));
        }

        using var feed = new StreamReader(await script.Http.GetStreamAsync("/feed", Script.Patience()));
        Assert.StartsWith("retry: ", await ReadLineAsync(feed), StringComparison.Ordinal);
        Assert.Equal("", await ReadLineAsync(feed));
        Assert.Equal("event: sample", await ReadLineAsync(feed));
        var sample = JsonElement.Parse((await ReadLineAsync(feed))!["data: ".Length..]);
        Assert.Equal("load", sample.GetProperty("name").GetString());
        Assert.InRange(sample.GetProperty("value").GetDouble(), 0, 1);
    }

    [Fact]
    public async Task The_guide_shows_the_programs_that_run()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "guide", "live.md"));
        var program = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "samples", "scripts", "live.cs"));

        Assert.Contains($"```csharp\n{program}```", guide, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_READMEs_program_does_what_the_README_says()
    {
        await using var script = await Script.RunReadmeAsync();

        Assert.Equal("Hello, Ada!", await script.Http.GetStringAsync("/hello/Ada"));

        var accepted = await script.Http.PostAsJsonAsync("/resize", new { path = "ada.png", width = 100 });
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.StartsWith("/jobs/", accepted.Headers.Location?.ToString(), StringComparison.Ordinal);

        using var ada = await script.ConnectAsync("/realtime", "realtime.v1.json");
        await SendAsync(ada, """{"type":"join","ref":1,"topic":"room:lobby","data":{"user":"Ada"}}""");
        await SendAsync(ada, """{"type":"event","ref":2,"topic":"room:lobby","event":"say","data":{"text":"Hello!"}}""");
        Assert.Equal("""{"user":"Ada","text":"Hello!"}""", (await UntilAsync(ada, "event")).GetProperty("data").GetRawText());
    }

    private static ValueTask SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, Script.Patience());

    private static Task<string?> ReadLineAsync(StreamReader reader) => reader.ReadLineAsync(Script.Patience()).AsTask();

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), Script.Patience());
        Assert.True(received.EndOfMessage);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    private static async Task<string> ReceiveHexAsync(ClientWebSocket socket)
    {
        var buffer = new byte[1024];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), Script.Patience());
        Assert.Equal(WebSocketMessageType.Binary, received.MessageType);
        return Convert.ToHexStringLower(buffer.AsSpan(0, received.Count));
    }

    private static async Task<JsonElement> UntilAsync(ClientWebSocket socket, string type)
    {
        while (true)
        {
            var message = JsonElement.Parse(await ReceiveAsync(socket));
            if (message.GetProperty("type").GetString() == type)
            {
                return message;
            }
        }
    }
}

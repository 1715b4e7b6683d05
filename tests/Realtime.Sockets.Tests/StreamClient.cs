using System.Text;
using System.Text.Json;

namespace Realtime.Sockets.Tests;

/// <summary>A client that has no WebSocket: it reads an event stream and posts its messages, as docs/protocol.md spells it.</summary>
internal sealed class StreamClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly EventReader _events;
    private int _posts;

    private StreamClient(HttpClient http, EventReader events) => (_http, _events) = (http, events);

    /// <summary>What posts are addressed to: path and key.</summary>
    public string Key { get; private set; } = "";

    /// <summary>The close that was said, or 0.</summary>
    public int CloseCode { get; private set; }

    /// <summary>The server's first message.</summary>
    public JsonElement Welcome { get; private set; }

    /// <summary>The last id that an event had, which a browser brings when it comes back.</summary>
    public string? LastId { get; private set; }

    public static Task<StreamClient> ConnectAsync(HttpClient http, params (string Name, string Value)[] headers) => ConnectAsync(http, "/realtime", headers);

    public static async Task<StreamClient> ConnectAsync(HttpClient http, string path, params (string Name, string Value)[] headers)
    {
        var client = new StreamClient(http, await EventReader.OpenAsync(http, path, headers));
        client.Welcome = await client.NextAsync();
        Assert.Equal("welcome", client.Welcome.Text("type"));
        client.Key = client.Welcome.Text("key")!;
        return client;
    }

    public async Task<JsonElement> NextAsync() => await TryNextAsync() ?? throw new InvalidOperationException($"Closed with {CloseCode}");

    /// <summary>The next message, or null where the stream was closed.</summary>
    public async Task<JsonElement?> TryNextAsync()
    {
        if (await _events.NextAsync() is not { } read)
        {
            return null;
        }
        LastId = read.Id ?? LastId;
        var message = JsonElement.Parse(read.Data!);
        if (read.Event == "close")
        {
            CloseCode = message.GetProperty("code").GetInt32();
            Assert.Null(await _events.NextAsync());
            return null;
        }
        Assert.Null(read.Event);
        return message;
    }

    public Task<HttpResponseMessage> PostAsync(params object[] messages) =>
        PostTextAsync(string.Join('\n', messages.Select(static message => JsonSerializer.Serialize(message))));

    public Task<HttpResponseMessage> PostTextAsync(string body, int? number = null) =>
        _http.PostAsync($"/realtime?key={Key}&post={number ?? ++_posts}", new StringContent(body, Encoding.UTF8, "text/plain"));

    public async Task<JsonElement> AskAsync(object message)
    {
        using var response = await PostAsync(message);
        Assert.Equal(204, (int)response.StatusCode);
        return await UntilAsync("reply");
    }

    public Task<JsonElement> JoinAsync(string topic, object? data = null) => AskAsync(new { type = "join", @ref = 1, topic, data });

    public async Task<JsonElement> UntilAsync(string type)
    {
        while (true)
        {
            var next = await NextAsync();
            if (next.Text("type") == type)
            {
                return next;
            }
        }
    }

    /// <summary>Reads up to the close and gives its code.</summary>
    public async Task<int> ClosedAsync()
    {
        while (await TryNextAsync() is not null)
        {
        }
        return CloseCode;
    }

    public void Dispose() => _events.Dispose();
}

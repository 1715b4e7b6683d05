using System.Net;
using System.Text.RegularExpressions;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Endpoints;

public sealed class LifeTests
{
    [Fact]
    public async Task Silence_for_two_heartbeats_is_closed_with_3001_and_a_ping_in_time_is_not()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        await using var silent = await TestClient.ConnectAsync(server);
        await using var lively = await TestClient.ConnectAsync(server);
        for (var heartbeat = 0; heartbeat < 2; heartbeat++)
        {
            Assert.Equal("ok", (await lively.AskAsync(new { type = "ping", @ref = 1 })).Text("status"));
            Assert.Equal(2, SocketHost.Of(app).Wheel.Count);
            server.Time.Advance(TimeSpan.FromSeconds(24));
        }
        server.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(3001, await silent.ClosedAsync());
        Assert.Equal("ok", (await lively.AskAsync(new { type = "ping", @ref = 1 })).Text("status"));
    }

    [Fact]
    public async Task A_stopping_server_says_away_and_closes_with_1001()
    {
        var app = ChatApp.Create();
        app.WebSocket("/raw", static async (Socket socket) =>
        {
            await foreach (var message in socket.ReadAllAsync())
            {
                await socket.SendAsync(message);
            }
        });
        var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        using var raw = await server.ConnectWebSocketAsync("/raw");
        await client.JoinAsync("room:a", new { user = "Ada" });
        await client.NextAsync();

        var stopping = server.DisposeAsync().AsTask();

        var away = await client.NextAsync();
        Assert.Equal(("away", 5000), (away.Text("type"), away.GetProperty("reconnect").GetInt32()));
        Assert.Equal(1001, await client.ClosedAsync());
        await client.DisposeAsync();
        var received = await raw.ReceiveAsync(new byte[10].AsMemory(), CancellationToken.None);
        Assert.Equal((0, 1001), (received.Count, (int?)raw.CloseStatus));
        await raw.CloseOutputAsync(raw.CloseStatus!.Value, null, CancellationToken.None);
        await client.Socket.CloseOutputAsync(client.Socket.CloseStatus ?? System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).ContinueWith(static _ => { }, TaskScheduler.Default);
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("http://localhost", true)]
    [InlineData("https://localhost", false)]
    [InlineData("http://localhost:8080", false)]
    [InlineData("http://evil.example", false)]
    [InlineData("http://localhost.evil.example", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("https://friend.example", true)]
    public async Task A_handshake_from_another_origin_is_refused_unless_it_is_listed(string? origin, bool isAllowed)
    {
        var app = ChatApp.Create();
        app.Sockets = app.Sockets with { AllowedOrigins = ["https://friend.example"] };
        app.WebSocket("/raw", static (Socket socket) => socket.SendAsync("hello"));
        await using var server = await TestServer.StartAsync(app);
        foreach (var path in new[] { "/realtime", "/raw" })
        {
            var headers = new Dictionary<string, string>();
            headers["Host"] = "localhost:80";
            if (origin is not null)
            {
                headers["Origin"] = origin;
            }
            var connecting = server.ConnectWebSocketAsync(path, new TestWebSocketOptions { Subprotocols = path == "/raw" ? [] : ["realtime.v1.json"], Headers = headers });
            if (isAllowed)
            {
                (await connecting).Dispose();
            }
            else
            {
                Assert.Contains("403", (await Assert.ThrowsAsync<WebSocketDeniedException>(() => connecting)).Message);
            }
        }
    }

    [Fact]
    public async Task The_browsers_client_is_served_once_for_each_version()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());

        var first = await server.Http.GetAsync("/realtime/client.js");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("text/javascript", first.Content.Headers.ContentType!.MediaType);
        Assert.Contains("export function connect", await first.Content.ReadAsStringAsync());

        using var again = new HttpRequestMessage(HttpMethod.Get, "/realtime/client.js");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await server.Http.SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task Whatever_the_browsers_client_imports_is_served_beside_it()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        var served = new HashSet<string>(StringComparer.Ordinal);
        var wanted = new Queue<string>(["client.js"]);
        while (wanted.TryDequeue(out var name))
        {
            if (served.Add(name))
            {
                var script = await server.Http.GetStringAsync($"/realtime/{name}");
                foreach (Match import in Regex.Matches(script, "from \"\\./([^\"]+)\""))
                {
                    wanted.Enqueue(import.Groups[1].Value);
                }
            }
        }

        Assert.Equal(ClientScript.Names, served.Order(StringComparer.Ordinal));
        Assert.Contains("stream.js", served);
    }

    [Fact]
    public async Task Wrong_options_are_refused_by_name()
    {
        var app = new App();

        Assert.Contains("RealtimeOptions.MaxJoins", Assert.Throws<ArgumentException>(() => app.Topics.Options = new RealtimeOptions { MaxJoins = 0 }).Message);
        Assert.Contains("SocketOptions.OutboxLimit", Assert.Throws<ArgumentException>(() => app.Sockets = new SocketOptions { OutboxLimit = -1 }).Message);
        await Task.CompletedTask;
    }
}

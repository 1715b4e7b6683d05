using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Realtime.Hosting;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Endpoints;

public sealed class AdmissionTests
{
    private static readonly TestWebSocketOptions Json = new() { Subprotocols = ["realtime.v1.json"] };

    [Fact]
    public async Task More_connections_than_may_be_are_refused_with_503_until_one_has_gone()
    {
        var app = ChatApp.Create();
        var ended = new SemaphoreSlim(0);
        app.WebSocket("/raw", static async (Socket socket) =>
        {
            await foreach (var _ in socket.ReadAllAsync())
            {
            }
        });
        app.Use(next => async connection =>
        {
            await next(connection);
            ended.Release();
        });
        app.Sockets = app.Sockets with { MaxConnections = 2 };
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        var raw = await server.ConnectWebSocketAsync("/raw");
        foreach (var path in new[] { "/raw", "/realtime" })
        {
            Assert.Contains("503", (await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync(path, path == "/raw" ? null : Json))).Message);
            Assert.True(await ended.WaitAsync(TimeSpan.FromSeconds(20)));
        }

        await raw.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        raw.Dispose();
        Assert.True(await ended.WaitAsync(TimeSpan.FromSeconds(20)));

        await using var next = await TestClient.ConnectAsync(server);
    }

    [Fact]
    public async Task Health_counts_what_is_there()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("room:a", new { user = "Ada" });

        var response = await server.Http.GetAsync("/realtime/health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        var health = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(
            ("ok", 1, 1, "ok"),
            (health.Text("status"), health.GetProperty("connections").GetInt32(), health.GetProperty("topics").GetInt32(), health.Text("backplane")));
        Assert.True(health.GetProperty("queuedBytes").GetInt64() >= 0);
    }

    [Fact]
    public async Task What_waits_for_clients_is_counted_once_a_second_however_often_it_is_asked_for()
    {
        var time = new ManualTimeProvider();
        var asked = 0;
        var reading = new Reading(() => ++asked, TimeSpan.FromSeconds(1), time);

        Assert.Equal((1L, 1L), (reading.Read(), reading.Read()));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((2L, 2L), (reading.Read(), reading.Read()));

        await using var server = await TestServer.StartAsync(ChatApp.Create());
        await using var first = await TestClient.ConnectAsync(server);
        await using var second = await TestClient.ConnectAsync(server);
        Assert.Equal(2, SocketHost.Of(server.App!).Wheel.Sum(static _ => 1));
    }

    [Fact]
    public async Task While_it_drains_a_server_is_reached_says_503_and_takes_no_more_sockets()
    {
        var app = ChatApp.Create();
        var server = await KestrelServerHost.StartAsync(app, new ServerHostOptions { DrainDelay = TimeSpan.FromSeconds(20) });
        using var http = new HttpClient { BaseAddress = server.Address };
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("realtime.v1.json");
        var address = new UriBuilder(server.Address) { Scheme = "ws", Path = "/realtime" }.Uri;
        await client.ConnectAsync(address, CancellationToken.None);
        using var hurry = new CancellationTokenSource();

        var stopping = server.StopAsync(hurry.Token);
        var buffer = new byte[4096];
        while ((await client.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
        {
        }

        Assert.Equal(1001, (int?)client.CloseStatus);
        var health = await http.GetAsync("/realtime/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Contains("draining", await health.Content.ReadAsStringAsync());
        using var late = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        late.Options.AddSubProtocol("realtime.v1.json");
        await Assert.ThrowsAsync<WebSocketException>(() => late.ConnectAsync(address, CancellationToken.None));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, late.HttpStatusCode);
        Assert.Equal("1", late.HttpResponseHeaders!["Retry-After"].Single());
        await hurry.CancelAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Many_connections_are_told_to_go_in_batches_over_the_window()
    {
        var app = ChatApp.Create();
        app.Topics.Options = app.Topics.Options with { ReconnectWindow = TimeSpan.FromMilliseconds(300) };
        var server = await TestServer.StartAsync(app);
        var clients = await Task.WhenAll(Enumerable.Range(0, 1600).Select(_ => TestClient.ConnectAsync(server)));
        var told = new SemaphoreSlim(0);
        var reading = Array.ConvertAll(clients, async client =>
        {
            Assert.Equal("away", (await client.NextAsync()).Text("type"));
            Assert.Equal(1001, await client.ClosedAsync());
            told.Release();
            await client.Socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, CancellationToken.None);
        });

        var stopping = server.DisposeAsync().AsTask();
        foreach (var batch in new[] { 534, 534, 532 })
        {
            for (var count = 0; count < batch; count++)
            {
                Assert.True(await told.WaitAsync(TimeSpan.FromSeconds(20)));
            }
            Assert.Equal(0, told.CurrentCount);
            server.Time.Advance(TimeSpan.FromMilliseconds(100));
        }
        await Task.WhenAll(reading);
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }
}

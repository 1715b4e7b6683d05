using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Realtime.Client.Tests;

public sealed class MessagePackTests : IAsyncLifetime
{
    private static readonly RealtimeClientOptions Packed = new() { MessagePack = true, ReconnectDelay = TimeSpan.FromMilliseconds(20) };

    private RealServer _server = null!;

    public async Task InitializeAsync() => _server = await RealServer.StartNewAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Data_of_every_kind_comes_back_as_it_went_and_as_a_client_of_JSON_sees_it()
    {
        await using var packed = new RealtimeClient(_server.Url, Packed);
        await using var plain = new RealtimeClient(_server.Url);
        var topic = await packed.JoinAsync("packed");
        var other = await plain.JoinAsync("packed");
        var sent = new RealServer.Packed([0, 1, 254, 255], new DateTimeOffset(2024, 5, 1, 10, 20, 30, 456, TimeSpan.Zero), 0.1, ulong.MaxValue, "Łódź \"🚀\"", null);

        var answer = await topic.SendAsync<JsonElement>("keep", sent);

        Assert.Equal("realtime.v1.msgpack", answer.GetProperty("spoken").GetString());
        AssertSame(sent, answer.GetProperty("packed").Deserialize<RealServer.Packed>(JsonSerializerOptions.Web)!);
        AssertSame(sent, Assert.Single(await topic.On<RealServer.Packed>("kept").TakeAsync(1)));
        AssertSame(sent, Assert.Single(await other.On<RealServer.Packed>("kept").TakeAsync(1)));
        AssertSame(sent, Assert.Single((await topic.HistoryAsync(before: 100)).Events).DataAs<RealServer.Packed>());
    }

    [Fact]
    public async Task Clients_of_both_formats_talk_and_see_each_other()
    {
        await using var ada = new RealtimeClient(_server.Url, Packed);
        await using var alan = new RealtimeClient(_server.Url);
        var adasRoom = await ada.JoinAsync("room:lobby", new { user = "Ada" });
        var alansRoom = await alan.JoinAsync("room:lobby", new { user = "Alan" });

        Assert.Equal(6, await adasRoom.SendAsync<int>("say", new { text = "Hello!" }));
        Assert.Equal(new RealServer.Said("Ada", "Hello!"), Assert.Single(await alansRoom.On<RealServer.Said>("said").TakeAsync(1)));
        Assert.Equal("name_required", await ada.JoinAsync("room:other", new { user = "" }).CodeAsync());
        Assert.Equal("too_large", await adasRoom.SendAsync("say", new { text = new string('x', 70_000) }).CodeAsync());
    }

    [Fact]
    public async Task A_lost_connection_is_resumed_where_it_was()
    {
        await using var network = new Network(() => _server.Port);
        await using var client = new RealtimeClient(network.Url, Packed);
        var room = await client.JoinAsync("room:a", new { user = "Ada" });
        var numbers = room.On<int>("number").TakeAsync(500);
        for (var first = 1; first <= 500; first += 50)
        {
            await _server.PublishAsync("room:a", first, first + 49);
            network.Cut();
        }

        Assert.Equal(Enumerable.Range(1, 500), await numbers);
    }

    [Theory]
    [InlineData("c1")]
    [InlineData("81")]
    [InlineData("dfffffffff")]
    [InlineData("81a4747970")]
    [InlineData("81a474797065a5657665")]
    [InlineData("a3787878")]
    [InlineData("81c0c0")]
    [InlineData("81a3626164c70105ff")]
    [InlineData("81a3626164a2c328")]
    public async Task What_is_no_message_is_passed_over(string hex)
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(new WatchedTime(), new RealtimeClientOptions { MessagePack = true });
        var connecting = client.ConnectAsync();
        var peer = await server.AcceptAsync();

        await peer.SendRawAsync(Convert.FromHexString(hex), WebSocketMessageType.Binary);
        await peer.SendRawAsync(Encoding.UTF8.GetBytes("""{"type":"welcome","connection":"c","heartbeat":1000}"""));
        Assert.Equal(RealtimeClientState.Connecting, client.State);
        // {"type":"welcome","connection":"c"}
        await peer.SendRawAsync(Convert.FromHexString("82a474797065a777656c636f6d65aa636f6e6e656374696f6ea163"), WebSocketMessageType.Binary);

        await connecting.Soon();
    }

    private static void AssertSame(RealServer.Packed expected, RealServer.Packed actual)
    {
        Assert.Equal(expected.Bytes, actual.Bytes);
        var none = Array.Empty<byte>();
        Assert.Equal(expected with { Bytes = none }, actual with { Bytes = none });
    }
}

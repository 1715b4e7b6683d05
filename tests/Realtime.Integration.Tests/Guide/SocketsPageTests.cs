using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Realtime.Integration.Tests.Scripts;
using Realtime.Testing;

namespace Realtime.Integration.Tests.Guide;

/// <summary>The programs of docs/guide/sockets.md, each taken from the page, built and run.</summary>
public sealed class SocketsPageTests
{
    // Generous, as the machine may be building the next program.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Echo_returns_what_it_hears_and_sums_what_it_counts()
    {
        await using var program = await RunAsync("echo.cs");

        using var echo = await program.ConnectAsync("/echo");
        Assert.Equal("Hello!", await AskAsync(echo, "Hello!"));
        using var sum = await program.ConnectAsync("/sum");
        Assert.Equal("""{"sum":40}""", await AskAsync(sum, "40"));
        Assert.Equal("""{"sum":42}""", await AskAsync(sum, "2"));
        Assert.Equal(1007, await CloseOfAsync(sum, "many"));
    }

    [Fact]
    public async Task Uploads_are_hashed_while_they_arrive_and_strangers_are_turned_away()
    {
        await using var program = await RunAsync("uploads.cs");

        var denied = await Assert.ThrowsAsync<WebSocketException>(() => program.ConnectAsync("/uploads/a"));
        Assert.Contains("401", denied.Message, StringComparison.Ordinal);
        using var socket = await program.ConnectAsync("/uploads/a", token: "sesame");
        var file = RandomNumberGenerator.GetBytes(3_000_000);
        await socket.SendAsync(file.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, Script.Patience());

        Assert.Equal($$"""{"folder":"a","sha256":"{{Convert.ToHexStringLower(SHA256.HashData(file))}}"}""", await ReceiveAsync(socket));
    }

    [Fact]
    public async Task Rooms_have_answers_history_presence_and_refusals()
    {
        await using var program = await RunAsync("rooms.cs");
        await using var ada = program.NewClient();
        await using var alan = program.NewClient();

        Assert.Equal("name_required", await CodeAsync(ada.JoinAsync("room:lobby", new { user = " " })));
        var adas = await ada.JoinAsync("room:lobby", new { user = "Ada" });
        Assert.Equal("Welcome to lobby, Ada.", adas.ReplyAs<JsonElement>().GetProperty("welcome").GetString());
        await adas.SendAsync("say", new { text = "Hello!" });
        var alans = await alan.JoinAsync("room:lobby", new { user = "Alan" }, history: 50);
        Assert.Equal("""{"user":"Ada","text":"Hello!"}""", (await alans.NextAsync<JsonElement>("said", Patience)).GetRawText());
        await adas.SendAsync("typing", true);
        await alans.Presence.FirstAsync(static members => members.Any(static one => one.User == "Ada" && one.Data.ValueKind == JsonValueKind.Object && one.Data.GetProperty("isTyping").GetBoolean()), Script.Patience());

        var error = await Assert.ThrowsAsync<RealtimeException>(() => adas.SendAsync("say", new { }));
        Assert.Equal(("bad_data", "'data' misses 'text'."), (error.Code, error.Message));
        Assert.Contains("export function connect", await program.Http.GetStringAsync("/realtime/client.js"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Games_keep_the_score_in_a_service_of_their_class()
    {
        await using var program = await RunAsync("games.cs");
        await using var ada = program.NewClient();

        Assert.Equal("unknown_topic", await CodeAsync(ada.JoinAsync("game:chess", "Ada")));
        var game = await ada.JoinAsync("game:7", "Ada");
        Assert.Equal(1, await game.SendAsync<int>("goal"));
        Assert.Equal("""{"by":"Ada","score":1}""", (await game.NextAsync<JsonElement>("goal", Patience)).GetRawText());
        await game.LeaveAsync();
        Assert.Equal(1, (await ada.JoinAsync("game:7", "Ada")).ReplyAs<JsonElement>().GetProperty("score").GetInt32());
    }

    [Fact]
    public async Task The_desk_lets_in_those_whom_it_may_and_takes_them_out()
    {
        await using var program = await RunAsync("desk.cs");
        await using var ada = program.NewClient(new RealtimeClientOptions { Token = static _ => new("a1") });
        await using var grace = program.NewClient(new RealtimeClientOptions { Token = static _ => new("g2") });
        await using var nobody = program.NewClient();

        Assert.Equal("forbidden", await CodeAsync(nobody.JoinAsync("ticket:1")));
        Assert.Equal("forbidden", await CodeAsync(ada.JoinAsync("ticket:2")));
        Assert.Equal("forbidden", await CodeAsync(ada.JoinAsync("ticket:*")));
        var adas = await ada.JoinAsync("ticket:1");
        var graces = await grace.JoinAsync("ticket:1");
        var all = await grace.JoinAsync("ticket:*");
        await graces.SendAsync("write", "It works again.");
        await adas.SendAsync("write", "Thank you!");

        Assert.Equal("It works again.", (await adas.NextAsync<JsonElement>("written", Patience)).GetProperty("text").GetString());
        Assert.Equal("Thank you!", (await graces.NextAsync<JsonElement>("written", Patience)).GetProperty("text").GetString());
        Assert.Equal("ticket:1", (await all.Events.FirstAsync(Script.Patience())).Topic);

        await program.Http.PostAsync("/tickets/1/remind/ada", content: null);
        Assert.Equal("Are you still there?", await adas.NextAsync<string>("reminder", Patience));
        await program.Http.PostAsync("/tickets/1/close", content: null);
        Assert.Equal("closed", (await adas.Ended.WaitAsync(Patience))!.Code);
    }

    [Fact]
    public async Task Orders_are_told_by_routes_and_jobs_and_heard_by_the_app_itself()
    {
        await using var program = await RunAsync("orders.cs");
        await using var client = program.NewClient();
        var order = await client.JoinAsync("order:7");
        var board = await client.JoinAsync("board");

        var answer = await program.Http.PostAsJsonAsync("/orders", new { id = 7, what = "tea" });

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("""{"id":7,"what":"tea"}""", (await order.NextAsync<JsonElement>("placed", Patience)).GetRawText());
        Assert.Equal("""{"id":7,"what":"tea"}""", (await order.NextAsync<JsonElement>("shipped", Patience)).GetRawText());
        Assert.Equal("order:7 was shipped: tea", await board.On<string>("changed").FirstAsync(static line => line.Contains("shipped", StringComparison.Ordinal), Script.Patience()));
    }

    [Fact]
    public async Task Prices_come_for_each_share()
    {
        await using var program = await RunAsync("prices.cs");
        await using var client = program.NewClient();
        var prices = await client.JoinAsync("prices");

        await prices.On<JsonElement>("price").FirstAsync(static price => price.GetProperty("share").GetString() == "ACME", Script.Patience());
        await prices.On<JsonElement>("price").FirstAsync(static price => price.GetProperty("share").GetString() == "INIT", Script.Patience());
    }

    [Fact]
    public void Every_program_of_the_page_is_run_here() => Assert.Equal(
        ["echo.cs", "uploads.cs", "rooms.cs", "games.cs", "desk.cs", "orders.cs", "prices.cs"],
        GuidePage.Read("sockets.md").Programs.Keys);

    private static Task<Script> RunAsync(string name) => Script.RunTextAsync($"guide-{name}", GuidePage.Read("sockets.md").Programs[name]);

    private static async Task<string> CodeAsync(Task refused) => (await Assert.ThrowsAsync<RealtimeException>(() => refused)).Code;

    private static async Task<string> AskAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, Script.Patience());
        return await ReceiveAsync(socket);
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), Script.Patience());
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    private static async Task<int> CloseOfAsync(ClientWebSocket socket, string text)
    {
        await AskAsync(socket, text);
        return (int)socket.CloseStatus!;
    }
}

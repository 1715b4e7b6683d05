using System.Text;
using System.Text.Json;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Endpoints;

/// <summary>What a browser's EventSource does that comes back: it brings the last id, and nothing else.</summary>
public sealed class FallbackResumeTests
{
    [Fact]
    public async Task A_stream_that_comes_back_is_in_its_topics_again_and_gets_what_it_missed_in_order_and_once()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        string last;
        using (var before = await StreamClient.ConnectAsync(server.Http))
        {
            Assert.Null(before.LastId);
            await before.JoinAsync("room:lobby", new { user = "Ada Łovelace\n" });
            await before.JoinAsync("news");
            await server.App!.Topics.PublishAsync("room:lobby", "said", "one");
            Assert.Equal(1, (await before.UntilAsync("event")).Offset());
            last = before.LastId!;
        }
        Assert.Matches("^[ -~]+$", last);
        await server.App!.Topics.PublishAsync("room:lobby", "said", "two");
        await server.App!.Topics.PublishAsync("room:lobby", "said", "three");

        using var after = await StreamClient.ConnectAsync(server.Http, ("Last-Event-ID", last));

        Assert.Equal(["room:lobby", "news"], after.Welcome.GetProperty("topics").EnumerateArray().Select(static name => name.GetString()));
        var lobby = await after.NextAsync();
        Assert.Equal(("joined", "room:lobby", "Hello, Ada Łovelace\n."), (lobby.Text("type"), lobby.Text("topic"), lobby.Text("data")));
        Assert.Equal((true, 1), (lobby.GetProperty("recovered").GetBoolean(), lobby.Offset()));
        Assert.Equal((2, "two"), (await after.NextAsync() is var two ? (two.Offset(), two.Text("data")) : default));
        Assert.Equal((3, "three"), (await after.NextAsync() is var three ? (three.Offset(), three.Text("data")) : default));
        Assert.Equal("presence", (await after.NextAsync()).Text("type"));
        Assert.Equal(("joined", "news"), (await after.UntilAsync("joined") is var news ? (news.Text("type"), news.Text("topic")) : default));
        await server.App!.Topics.PublishAsync("news", "item", 5);
        Assert.Equal("item", (await after.UntilAsync("event")).Text("event"));
        Assert.Equal("already_joined", (await after.JoinAsync("news")).Code());
    }

    [Fact]
    public async Task A_place_that_is_lost_is_a_reset_also_for_who_was_cut_off_before_it_was_told()
    {
        var ids = new List<string?>();
        await using (var first = await TestServer.StartAsync(NewApp()))
        {
            using var client = await StreamClient.ConnectAsync(first.Http);
            await client.JoinAsync("room:lobby", new { user = "Ada" });
            ids.Add(client.LastId);
        }
        // Its history is gone with it.
        await using var server = await TestServer.StartAsync(NewApp());
        await server.App!.Topics.PublishAsync("room:lobby", "said", "one");

        using (var cut = await StreamClient.ConnectAsync(server.Http, ("Last-Event-ID", ids[0]!)))
        {
            Assert.False((await cut.UntilAsync("joined")).GetProperty("recovered").GetBoolean());
            ids.Add(cut.LastId);
            Assert.Equal("reset", (await cut.NextAsync()).Text("type"));
            ids.Add(cut.LastId);
        }

        Assert.Equal(ids[0], ids[1]);
        using var again = await StreamClient.ConnectAsync(server.Http, ("Last-Event-ID", ids[2]!));
        Assert.True((await again.UntilAsync("joined")).GetProperty("recovered").GetBoolean());
    }

    [Fact]
    public async Task A_topic_that_lets_the_client_in_no_more_says_left_and_the_others_go_on()
    {
        var isOpen = true;
        var app = NewApp();
        app.Topic("members", topic => topic.Authorize(() => isOpen));
        await using var server = await TestServer.StartAsync(app);
        using var before = await StreamClient.ConnectAsync(server.Http);
        await before.JoinAsync("members");
        await before.JoinAsync("news");
        isOpen = false;

        using var after = await StreamClient.ConnectAsync(server.Http, ("Last-Event-ID", before.LastId!));

        var left = await after.NextAsync();
        Assert.Equal(("left", "members", "forbidden"), (left.Text("type"), left.Text("topic"), left.Code()));
        Assert.Equal("joined", (await after.NextAsync()).Text("type"));
        Assert.Equal("""[["news",null,0,null]]""", after.LastId);
    }

    [Fact]
    public async Task What_was_left_is_not_resumed()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        using var client = await StreamClient.ConnectAsync(server.Http);
        await client.JoinAsync("news");
        await client.JoinAsync("room:lobby", new { user = "Ada" });
        await client.AskAsync(new { type = "leave", @ref = 3, topic = "news" });
        Assert.StartsWith("""[["room:lobby",""", client.LastId, StringComparison.Ordinal);

        await client.AskAsync(new { type = "leave", @ref = 4, topic = "room:lobby" });

        Assert.Equal("[]", client.LastId);
        using var again = await StreamClient.ConnectAsync(server.Http, ("Last-Event-ID", "[]"));
        Assert.False(again.Welcome.TryGetProperty("topics", out _));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("7")]
    [InlineData("[[]]")]
    [InlineData("[7]")]
    [InlineData("[[\"\"]]")]
    [InlineData("[[\"news\",5,5]]")]
    [InlineData("[[\"news\",null,-1]]")]
    [InlineData("[[\"news\",null,1e99]]")]
    [InlineData("[[\"\\ud800\"]]")]
    public async Task An_id_that_is_none_of_ours_resumes_nothing(string id)
    {
        await using var server = await TestServer.StartAsync(NewApp());

        using var client = await StreamClient.ConnectAsync(server.Http, ("Last-Event-ID", id));

        Assert.False(client.Welcome.TryGetProperty("topics", out _));
        Assert.Equal("ok", (await client.JoinAsync("news")).Text("status"));
    }

    [Fact]
    public async Task Topics_that_do_not_fit_the_id_are_left_to_the_client()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        using var client = await StreamClient.ConnectAsync(server.Http);
        for (var number = 1; number <= 3; number++)
        {
            await client.AskAsync(new { type = "join", @ref = number, topic = $"room:{number}", data = new { user = new string('x', number == 2 ? 4000 : 1000) } });
        }

        using var again = await StreamClient.ConnectAsync(server.Http, ("Last-Event-ID", client.LastId!));

        Assert.InRange(client.LastId!.Length, 2000, 4096);
        Assert.Equal(["room:1", "room:3"], again.Welcome.GetProperty("topics").EnumerateArray().Select(static name => name.GetString()));
    }

    [Fact]
    public async Task Who_joins_again_by_itself_asks_for_no_ids()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        using var client = await StreamClient.ConnectAsync(server.Http, "/realtime?ids=no", ("Last-Event-ID", """[["news"]]"""));
        Assert.False(client.Welcome.TryGetProperty("topics", out _));

        await client.JoinAsync("room:lobby", new { user = "Ada" });

        Assert.Null(client.LastId);
    }

    [Fact]
    public void A_skip_moves_the_place_and_what_came_by_a_wildcard_does_not()
    {
        var bookmark = Bookmark.Read("""[["room:lobby","k3xq",4]]""");

        Assert.Equal("", Say(bookmark, """{"type":"event","topic":"room:lobby","event":"said","data":{"offset":9},"offset":5,"via":"room:*"}"""));
        Assert.Equal("", Say(bookmark, """{"type":"event","topic":"room:other","event":"said","data":1,"offset":5}"""));
        Assert.Equal("id: [[\"room:lobby\",\"k3xq\",5]]\n", Say(bookmark, """{"type":"skip","topic":"room:lobby","offset":5}"""));
        Assert.Equal("id: [[\"room:lobby\",\"k3xq\",6]]\n", Say(bookmark, """{"type":"event","topic":"room:lobby","event":"said","data":[[1]],"offset":6}"""));
        Assert.Equal("", Say(bookmark, """{"type":"presence","topic":"room:lobby","count":5}"""));
        Assert.Equal("id: []\n", Say(bookmark, """{"type":"left","topic":"room:lobby","error":{"code":"banned","message":"Behave."}}"""));
    }

    private static string Say(Bookmark bookmark, string message)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        bookmark.WriteBehind(Encoding.UTF8.GetBytes(message), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static App NewApp()
    {
        var app = new App();
        app.Topic("room:{name}", static room => room.Presence().History(100).OnJoin(static (Hello hello) => $"Hello, {hello.User}."));
        app.Topic("news", static _ => { });
        return app;
    }

    private sealed record Hello(string User);
}

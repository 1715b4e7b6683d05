using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Wire;

/// <summary>Each row of the tables in docs/protocol.md that says what happens to bad input.</summary>
public sealed class EnvelopeTests
{
    [Theory]
    [InlineData("""{"type":"join","ref":7}""", "bad_message")]
    [InlineData("""{"type":"join","ref":7,"topic":""}""", "bad_message")]
    [InlineData("""{"type":"join","ref":7,"topic":5}""", "bad_message")]
    [InlineData("""{"type":"join","ref":7,"topic":"room:a","epoch":"x"}""", "bad_message")]
    [InlineData("""{"type":"join","ref":7,"topic":"room:a","history":-1}""", "bad_message")]
    [InlineData("""{"type":"join","ref":7,"topic":"\ud800"}""", "bad_message")]
    [InlineData("""{"type":"event","ref":7,"topic":"room:a"}""", "bad_message")]
    [InlineData("""{"ref":7}""", "bad_message")]
    [InlineData("""{"type":7,"ref":7}""", "bad_message")]
    [InlineData("""{"type":"dance","ref":7}""", "unknown_type")]
    [InlineData("""{"ref":7,"topic":"room:a","type":"dance"}""", "unknown_type")]
    [InlineData("""{"type":"join","ref":7,"topic":"nothing"}""", "unknown_topic")]
    [InlineData("""{"type":"join","ref":7,"topic":"number:x"}""", "unknown_topic")]
    [InlineData("""{"type":"leave","ref":7,"topic":"room:a"}""", "not_joined")]
    [InlineData("""{"type":"event","ref":7,"topic":"room:a","event":"say","data":{}}""", "not_joined")]
    [InlineData("""{"type":"join","ref":7,"topic":"here"}""", "already_joined")]
    [InlineData("""{"type":"event","ref":7,"topic":"here","event":"nothing"}""", "unknown_event")]
    [InlineData("""{"type":"event","ref":7,"topic":"here","event":"add"}""", "bad_data")]
    [InlineData("""{"type":"event","ref":7,"topic":"here","event":"add","data":null}""", "bad_data")]
    [InlineData("""{"type":"event","ref":7,"topic":"here","event":"add","data":{"a":"x","b":1}}""", "bad_data")]
    [InlineData("""{"type":"event","ref":7,"topic":"here","event":"add","data":[1]}""", "bad_data")]
    [InlineData("""{"type":"event","ref":7,"topic":"here","event":"refuse"}""", "no_way")]
    public async Task A_faulty_message_gets_a_reply_that_names_the_fault(string message, string code)
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("here");

        await client.SendTextAsync(message);

        var reply = await client.NextAsync();
        Assert.Equal((7, "error", code), (reply.GetProperty("ref").GetInt32(), reply.Text("status"), reply.Code()));
        Assert.NotEqual("", reply.GetProperty("error").Text("message"));
        Assert.Equal("ok", (await client.AskAsync(new { type = "ping", @ref = 8 })).Text("status"));
    }

    [Theory]
    [InlineData("""{}""", "'data' misses 'a', 'b'.")]
    [InlineData("""{"a":1,"b":"x"}""", "'data.b' should be a whole number (int).")]
    public async Task Data_that_does_not_fit_is_answered_with_where_and_why(string data, string problem)
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("here");

        await client.SendTextAsync($$"""{"type":"event","ref":7,"topic":"here","event":"add","data":{{data}}}""");

        Assert.Equal(problem, (await client.NextAsync()).GetProperty("error").Text("message"));
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("[[[[1]]]]")]
    [InlineData("17")]
    [InlineData("null")]
    [InlineData("""{"type":"ping","ref":1""")]
    [InlineData("""{"type":"ping","ref":1} x""")]
    [InlineData("""{"type":"ping","ref":0}""")]
    [InlineData("""{"type":"ping","ref":-1}""")]
    [InlineData("""{"type":"ping","ref":1.5}""")]
    [InlineData("""{"type":"ping","ref":"1"}""")]
    [InlineData("""{"type":"ping","ref":9007199254740992}""")]
    [InlineData("""{"type":"join","topic":"room:a"}""")]
    public async Task A_message_without_a_usable_ref_is_answered_by_an_error_and_the_connection_goes_on(string message)
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await TestClient.ConnectAsync(server);

        await client.SendTextAsync(message);

        var error = await client.NextAsync();
        Assert.Equal(("error", "bad_message"), (error.Text("type"), error.Code()));
        Assert.Equal("ok", (await client.AskAsync(new { type = "ping", @ref = 8 })).Text("status"));
    }

    [Theory]
    [InlineData(32, "bad_data")]        // the root and 31 more: deep, but read
    [InlineData(33, "bad_message")]
    [InlineData(20_000, "bad_message")]
    public async Task Nesting_deeper_than_32_is_refused_with_its_ref(int depth, string code)
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("here");

        await client.SendTextAsync(
            $$"""{"type":"event","topic":"here","event":"add","data":{{new string('[', depth - 1)}}{{new string(']', depth - 1)}},"ref":7}""");

        var reply = await client.NextAsync();
        Assert.Equal((7, code), (reply.GetProperty("ref").GetInt32(), reply.Code()));
    }

    [Fact]
    public async Task A_refused_event_without_a_ref_is_answered_by_an_error_with_its_topic()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("here");

        await client.SendAsync(new { type = "event", topic = "here", @event = "refuse" });

        Assert.Equal("""{"type":"error","topic":"here","error":{"code":"no_way","message":"No way."}}""", (await client.NextAsync()).GetRawText());
    }

    [Fact]
    public async Task Unknown_members_are_ignored()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await TestClient.ConnectAsync(server);

        await client.SendTextAsync("""{"new":{"a":[1,{"b":2}]},"type":"ping","other":null,"ref":3}""");

        Assert.Equal("""{"type":"reply","ref":3,"status":"ok"}""", (await client.NextAsync()).GetRawText());
    }

    [Fact]
    public async Task Text_that_is_not_utf_8_is_closed_with_1007()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await TestClient.ConnectAsync(server);

        await client.Socket.SendAsync(new byte[] { 0x22, 0xC3, 0x28, 0x22 }, WebSocketMessageType.Text, true, CancellationToken.None);

        Assert.Equal(1007, await client.ClosedAsync());
    }

    [Fact]
    public async Task A_binary_message_is_closed_with_1003()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await TestClient.ConnectAsync(server);

        await client.Socket.SendAsync("{}"u8.ToArray(), WebSocketMessageType.Binary, true, CancellationToken.None);

        Assert.Equal(1003, await client.ClosedAsync());
    }

    [Fact]
    public async Task A_message_over_64_KiB_is_closed_with_1009_and_one_of_64_KiB_is_read()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await TestClient.ConnectAsync(server);
        var frame = """{"type":"ping","ref":1,"pad":"PAD"}""";

        await client.SendTextAsync(frame.Replace("PAD", new string('x', 65_536 - frame.Length + 3)));
        Assert.Equal("ok", (await client.NextAsync()).Text("status"));
        await client.SendTextAsync(frame.Replace("PAD", new string('x', 65_537 - frame.Length + 3)));

        Assert.Equal(1009, await client.ClosedAsync());
    }

    [Fact]
    public async Task Too_many_messages_are_refused_and_a_flood_of_them_is_closed_with_3500()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await TestClient.ConnectAsync(server);

        for (var index = 1; index <= 300; index++)
        {
            await client.SendAsync(new { type = "ping", @ref = index });
        }

        for (var index = 1; index <= 300; index++)
        {
            var reply = await client.NextAsync();
            Assert.Equal((index, index <= 200 ? "ok" : "error"), (reply.GetProperty("ref").GetInt32(), reply.Text("status")));
            Assert.Equal(index <= 200 ? null : "too_fast", index <= 200 ? null : reply.Code());
        }
        Assert.Equal(3500, await client.ClosedAsync());
    }

    [Fact]
    public async Task The_bucket_fills_again_with_time()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await TestClient.ConnectAsync(server);
        for (var index = 1; index <= 201; index++)
        {
            await client.SendAsync(new { type = "ping", @ref = index });
        }
        for (var index = 1; index <= 201; index++)
        {
            Assert.Equal(index <= 200 ? "ok" : "error", (await client.NextAsync()).Text("status"));
        }

        server.Time.Advance(TimeSpan.FromSeconds(1));

        for (var index = 1; index <= 100; index++)
        {
            Assert.Equal("ok", (await client.AskAsync(new { type = "ping", @ref = index })).Text("status"));
        }
        Assert.Equal("too_fast", (await client.AskAsync(new { type = "ping", @ref = 101 })).Code());
    }

    [Fact]
    public async Task The_129th_topic_is_refused()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await TestClient.ConnectAsync(server);
        for (var index = 1; index <= 128; index++)
        {
            Assert.Equal("ok", (await client.JoinAsync($"room:{index}", reference: index)).Text("status"));
        }

        Assert.Equal("too_many_joins", (await client.JoinAsync("room:129", reference: 129)).Code());
        Assert.Equal("ok", (await client.AskAsync(new { type = "leave", @ref = 130, topic = "room:1" })).Text("status"));
        Assert.Equal("ok", (await client.JoinAsync("room:129", reference: 131)).Text("status"));
    }

    [Fact]
    public async Task A_failed_handler_is_told_with_a_reference_that_is_in_the_log_once()
    {
        var log = new RecordedLog();
        await using var server = await TestServer.StartAsync(Make(log));
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("here");

        var reply = await client.AskAsync(new { type = "event", @ref = 2, topic = "here", @event = "fail" });

        Assert.Equal("internal", reply.Code());
        var message = reply.GetProperty("error").Text("message")!;
        Assert.DoesNotContain("secret", message);
        var (level, text) = Assert.Single(log.Entries, static entry => entry.Level >= LogLevel.Warning);
        Assert.Equal(LogLevel.Error, level);
        Assert.Contains(message.TrimEnd('.').Split(' ')[^1], text);
    }

    [Fact]
    public async Task Bad_input_of_every_kind_disturbs_nobody_else_and_logs_no_warning()
    {
        var log = new RecordedLog();
        await using var server = await TestServer.StartAsync(Make(log));
        await using var witness = await TestClient.ConnectAsync(server);
        await witness.JoinAsync("here");

        for (var round = 0; round < 20; round++)
        {
            await using var client = await TestClient.ConnectAsync(server);
            await client.JoinAsync("here");
            await client.SendTextAsync("}{");
            await client.SendTextAsync("""{"type":"event","topic":"here","event":"add","data":"x"}""");
            await client.Socket.SendAsync(
                round % 2 == 0 ? Encoding.UTF8.GetBytes(new string('x', 70_000)) : [0xFF], WebSocketMessageType.Text, true, CancellationToken.None);
            Assert.Equal(round % 2 == 0 ? 1009 : 1007, await client.ClosedAsync());
        }

        Assert.Equal("3", (await witness.AskAsync(new { type = "event", @ref = 2, topic = "here", @event = "add", data = new { a = 1, b = 2 } })).GetProperty("data").GetRawText());
        Assert.DoesNotContain(log.Entries, static entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_handshake_without_the_subprotocol_is_refused_with_400()
    {
        await using var server = await TestServer.StartAsync(Make());

        var refused = await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/realtime"));

        Assert.Contains("400", refused.Message);
    }

    private static App Make(RecordedLog? log = null)
    {
        var app = new App();
        if (log is not null)
        {
            app.Services.AddSingleton<ILoggerProvider>(log);
        }
        app.Topic("room:{name}", static _ => { });
        app.Topic("number:{id}", static topic => topic.OnJoin(static (int id) => id));
        app.Topic("here", static topic => topic
            .On("add", static (Pair pair) => pair.A + pair.B)
            .On("refuse", new Action(static () => throw new TopicError("no_way", "No way.")))
            .On("fail", new Action(static () => throw new InvalidOperationException("secret"))));
        return app;
    }

    private sealed record Pair(int A, int B);
}

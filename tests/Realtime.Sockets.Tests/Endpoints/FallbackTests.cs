using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Endpoints;

public sealed class FallbackTests
{
    [Fact]
    public async Task A_client_without_a_WebSocket_talks_with_one_that_has_it()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        using var ada = await StreamClient.ConnectAsync(server.Http);
        await using var alan = await TestClient.ConnectAsync(server);

        Assert.Equal("Welcome to lobby, Ada.", (await ada.JoinAsync("room:lobby", new { user = "Ada" })).GetProperty("data").Text("welcome"));
        Assert.Equal("Ada", (await ada.UntilAsync("presence")).GetProperty("members")[0].Text("user"));
        await alan.JoinAsync("room:lobby", new { user = "Alan" });
        Assert.Equal("Alan", (await ada.UntilAsync("presence")).GetProperty("joined")[0].Text("user"));

        await alan.AskAsync(new { type = "event", @ref = 2, topic = "room:lobby", @event = "say", data = new { text = "Tea?" } });
        var asked = await ada.UntilAsync("event");
        await ada.PostAsync(new { type = "event", @ref = 2, topic = "room:lobby", @event = "say", data = new { text = "Yes.\nPlease!" } });
        var answered = await ada.UntilAsync("event");

        Assert.Equal((1, "Tea?"), (asked.Offset(), asked.GetProperty("data").Text("text")));
        Assert.Equal((2, "Yes.\nPlease!"), (answered.Offset(), answered.GetProperty("data").Text("text")));
        Assert.Equal("ok", (await ada.UntilAsync("reply")).Text("status"));
    }

    [Fact]
    public async Task A_post_carries_several_messages_and_a_faulty_one_among_them_is_answered_like_any()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        using var client = await StreamClient.ConnectAsync(server.Http);

        using var response = await client.PostTextAsync("""
            {"type":"ping","ref":1}

            this is no JSON
            {"type":"ping","ref":2}
            """);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(1, (await client.NextAsync()).GetProperty("ref").GetInt32());
        Assert.Equal("bad_message", (await client.NextAsync()).Code());
        Assert.Equal(2, (await client.NextAsync()).GetProperty("ref").GetInt32());
    }

    [Fact]
    public async Task A_post_that_is_repeated_is_not_heard_twice()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        using var client = await StreamClient.ConnectAsync(server.Http);

        foreach (var (number, text) in new[] { (1, "first"), (1, "first again"), (2, "second"), (1, "first, late"), (2, "second again"), (3, "third") })
        {
            using var response = await client.PostTextAsync(JsonSerializer.Serialize(new { type = text, @ref = number }), number);
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        }

        foreach (var text in new[] { "first", "second", "third" })
        {
            Assert.Contains($"'{text}'", (await client.NextAsync()).GetProperty("error").Text("message"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_post_out_of_turn_is_refused()
    {
        var gate = new TaskCompletionSource();
        var app = new App();
        app.Sockets = app.Sockets with { MaxMessageSize = 1000 };
        app.Topics.Options = app.Topics.Options with { MaxWaitingMessages = 1 };
        app.Topic("slow", slow => slow.On("wait", () => gate.Task));
        await using var server = await TestServer.StartAsync(app);
        using var client = await StreamClient.ConnectAsync(server.Http);
        await client.JoinAsync("slow");
        var wait = JsonSerializer.Serialize(new { type = "event", topic = "slow", @event = "wait" });

        using var early = await client.PostTextAsync(wait, number: 3);
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        // One is at work, one waits, and the third is not read: the post is not answered yet.
        var waiting = client.PostTextAsync($"{wait}\n{wait}\n{wait}", number: 2);
        using var meanwhile = await client.PostTextAsync(wait, number: 3);
        Assert.Equal(HttpStatusCode.Conflict, meanwhile.StatusCode);
        Assert.False(waiting.IsCompleted);

        gate.SetResult();
        using var answered = await waiting;
        Assert.Equal(HttpStatusCode.NoContent, answered.StatusCode);
        using var next = await client.PostTextAsync(wait, number: 3);
        Assert.Equal(HttpStatusCode.NoContent, next.StatusCode);
    }

    [Fact]
    public async Task Posts_that_cannot_be_taken_say_why_and_leave_the_stream_alone()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        using var client = await StreamClient.ConnectAsync(server.Http);

        await RefusedAsync(404, "unknown_connection", await server.Http.PostAsync("/realtime?key=unknown&post=1", new StringContent("{}")));
        await RefusedAsync(400, "bad_request", await server.Http.PostAsync("/realtime", new StringContent("{}")));
        await RefusedAsync(400, "bad_request", await client.PostTextAsync("{}", number: 0));
        await RefusedAsync(400, "bad_request", await server.Http.PostAsync($"/realtime?key={client.Key}&post=1", new ByteArrayContent([0xC3])));
        await RefusedAsync(413, "too_large", await client.PostTextAsync(new string(' ', 65_537), number: 1));

        Assert.Equal("ok", (await client.AskAsync(new { type = "ping", @ref = 1 })).Text("status"));
        client.Dispose();
        HttpResponseMessage late;
        while ((late = await client.PostAsync(new { type = "ping" })).StatusCode == HttpStatusCode.NoContent)
        {
            late.Dispose();
        }
        await RefusedAsync(404, "unknown_connection", late);
    }

    [Fact]
    public async Task The_session_is_one_whichever_way_a_client_comes()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        JsonElement joined;
        await using (var socket = await TestClient.ConnectAsync(server))
        {
            joined = await socket.JoinAsync("room:lobby", new { user = "Ada" });
        }
        for (var number = 1; number <= 3; number++)
        {
            await server.App!.Topics.PublishAsync("room:lobby", "said", number);
        }

        using var stream = await StreamClient.ConnectAsync(server.Http);
        var back = await stream.AskAsync(new
        {
            type = "join",
            @ref = 1,
            topic = "room:lobby",
            data = new { user = "Ada" },
            epoch = joined.Text("epoch"),
            offset = joined.Offset() + 1,
        });

        Assert.True(back.GetProperty("recovered").GetBoolean());
        Assert.Equal(2, (await stream.NextAsync()).Offset());
        Assert.Equal(3, (await stream.NextAsync()).Offset());
        Assert.Equal("presence", (await stream.NextAsync()).Text("type"));
    }

    [Fact]
    public async Task A_stream_that_ends_is_a_lost_connection()
    {
        var left = new TaskCompletionSource<LeaveReason>();
        var app = new App();
        app.Topic("room", room => room.OnLeave((LeaveReason reason) => left.SetResult(reason)));
        await using var server = await TestServer.StartAsync(app);
        var client = await StreamClient.ConnectAsync(server.Http);
        await client.JoinAsync("room");

        client.Dispose();

        Assert.Equal(LeaveReason.ConnectionLost, await left.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, app.Topics.CountOf("room"));
    }

    [Fact]
    public async Task Silence_for_two_heartbeats_is_closed_with_3001_and_a_ping_in_time_is_not()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        using var silent = await StreamClient.ConnectAsync(server.Http);
        using var lively = await StreamClient.ConnectAsync(server.Http);

        server.Time.Advance(TimeSpan.FromSeconds(30));
        await lively.AskAsync(new { type = "ping", @ref = 1 });
        server.Time.Advance(TimeSpan.FromSeconds(24));

        Assert.Equal(3001, await silent.ClosedAsync());
        Assert.Equal("ok", (await lively.AskAsync(new { type = "ping", @ref = 2 })).Text("status"));
    }

    [Fact]
    public async Task A_stopping_server_says_away_and_closes_with_1001()
    {
        var server = await TestServer.StartAsync(ChatApp.Create());
        using var client = await StreamClient.ConnectAsync(server.Http);

        var stopping = server.DisposeAsync().AsTask();

        Assert.Equal("away", (await client.NextAsync()).Text("type"));
        Assert.Equal(1001, await client.ClosedAsync());
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_client_that_is_too_fast_is_told_so_and_closed_with_3500_in_the_end()
    {
        var app = ChatApp.Create();
        app.Topics.Options = app.Topics.Options with { MessageBurst = 5, MaxFaults = 3 };
        await using var server = await TestServer.StartAsync(app);
        using var client = await StreamClient.ConnectAsync(server.Http);

        using var response = await client.PostAsync([.. Enumerable.Range(1, 8).Select(static number => new { type = "ping", @ref = number })]);

        for (var number = 1; number <= 5; number++)
        {
            Assert.Equal("ok", (await client.NextAsync()).Text("status"));
        }
        Assert.Equal("too_fast", (await client.NextAsync()).Code());
        Assert.Equal(3500, await client.ClosedAsync());
    }

    [Fact]
    public async Task A_client_that_reads_too_slowly_is_closed_with_3008_without_delaying_others()
    {
        var app = new App();
        app.Sockets = app.Sockets with { OutboxLimit = 100_000 };
        app.Topic("news", static news => news.History(10));
        await using var server = await TestServer.StartAsync(app);
        using var slow = await StreamClient.ConnectAsync(server.Http);
        using var quick = await StreamClient.ConnectAsync(server.Http);
        await slow.JoinAsync("news");
        await quick.JoinAsync("news");

        for (var index = 1; index <= 600; index++)
        {
            await app.Topics.PublishAsync("news", "item", new string('x', 1000));
            Assert.Equal(index, (await quick.NextAsync()).Offset());
        }

        Assert.Equal(3008, await slow.ClosedAsync());
    }

    [Theory]
    [InlineData(null, null, 200)]
    [InlineData(null, "same-origin", 200)]
    [InlineData(null, "none", 200)]
    [InlineData(null, "cross-site", 403)]
    [InlineData(null, "same-site", 403)]
    [InlineData("http://localhost", "same-origin", 200)]
    [InlineData("https://evil.example", "cross-site", 403)]
    [InlineData("https://app.example", "cross-site", 200)]
    public async Task Only_pages_of_the_app_and_of_listed_origins_come_in(string? origin, string? site, int expected)
    {
        var app = ChatApp.Create();
        app.Sockets = app.Sockets with { AllowedOrigins = ["https://app.example"] };
        await using var server = await TestServer.StartAsync(app);
        using var client = await StreamClient.ConnectAsync(server.Http);
        (string, string)[] headers = [.. origin is null ? [] : new[] { ("Origin", origin) }, .. site is null ? [] : new[] { ("Sec-Fetch-Site", site) }];

        using var stream = await EventReader.OpenAsync(server.Http, "/realtime", headers);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/realtime?key={client.Key}&post=1") { Content = new StringContent("") };
        Array.ForEach(headers, header => request.Headers.TryAddWithoutValidation(header.Item1, header.Item2));
        using var post = await server.Http.SendAsync(request);

        Assert.Equal(expected, (int)stream.Response.StatusCode);
        Assert.Equal(expected == 200 ? 204 : 403, (int)post.StatusCode);
        var shared = post.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
        Assert.Equal(expected == 200 ? origin : null, shared);
    }

    [Fact]
    public async Task A_plain_GET_is_told_what_is_spoken_here_and_a_HEAD_opens_nothing()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);

        using var plain = await server.Http.GetAsync("/realtime");
        using var head = new HttpRequestMessage(HttpMethod.Head, "/realtime");
        head.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        using var headers = await server.Http.SendAsync(head);

        await RefusedAsync(426, "upgrade_required", plain);
        Assert.Equal(HttpStatusCode.OK, headers.StatusCode);
        Assert.Equal(0, SocketHost.Of(app).Wheel.Count);
    }

    [Fact]
    public async Task Bad_posts_are_never_an_error_in_the_log()
    {
        using var log = new RecordedLog();
        var app = ChatApp.Create();
        app.Services.AddSingleton<ILoggerProvider>(log);
        await using var server = await TestServer.StartAsync(app);
        using var client = await StreamClient.ConnectAsync(server.Http);
        var random = new Random(7);

        for (var number = 1; number <= 200; number++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            // Few bytes at random are UTF-8: of half of them letters are made.
            if (number % 2 == 0)
            {
                bytes = [.. bytes.Select(static value => (byte)"{}[]\":,\n0aé\\"u8[value % 13])];
            }
            using var response = await server.Http.PostAsync($"/realtime?key={client.Key}&post={random.Next(3) + number}", new ByteArrayContent(bytes));
            Assert.NotEqual(500, (int)response.StatusCode);
        }

        Assert.DoesNotContain(log.Entries, static entry => entry.Level >= LogLevel.Error);
    }

    private static async Task RefusedAsync(int status, string code, HttpResponseMessage response)
    {
        using (response)
        {
            Assert.Equal((status, "application/problem+json"), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType));
            var problem = JsonElement.Parse(await response.Content.ReadAsStringAsync());
            Assert.Equal((status, code), (problem.GetProperty("status").GetInt32(), problem.Text("code")));
        }
    }
}

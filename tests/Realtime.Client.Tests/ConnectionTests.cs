using System.Net.WebSockets;

namespace Realtime.Client.Tests;

public sealed class ConnectionTests
{
    private readonly WatchedTime _time = new();

    [Fact]
    public async Task It_is_open_once_the_server_has_said_welcome()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        Assert.Equal(RealtimeClientState.New, client.State);

        var connecting = client.ConnectAsync();
        var peer = await server.AcceptAsync();
        Assert.Equal(RealtimeClientState.Connecting, client.State);
        await peer.SendAsync(new { type = "welcome", connection = "c", heartbeat = 1000 });

        await connecting.Soon();
        Assert.Equal(RealtimeClientState.Open, client.State);
    }

    [Fact]
    public async Task A_token_that_expires_is_renewed_over_the_connection_before_that()
    {
        await using var server = new ScriptedServer();
        var number = 0;
        var client = server.NewClient(_time, new RealtimeClientOptions { Token = _ => ValueTask.FromResult<string?>($"token {Interlocked.Increment(ref number)}") });
        var connecting = client.ConnectAsync();
        var peer = await server.AcceptAsync();
        await peer.SendAsync(new { type = "welcome", connection = "c", heartbeat = 1_000_000, expires = 4000 });
        await connecting.Soon();

        _time.Advance(3.2);
        var first = await peer.TakeAsync("authenticate");
        await peer.SendAsync(new { type = "reply", @ref = first.GetProperty("ref").GetInt64(), status = "ok", data = new { expires = 1000 } });
        while (!_time.Has(0.8))
        {
            await Task.Yield();
        }
        _time.Advance(0.8);

        Assert.Equal(("token 1", "token 2"), (first.GetProperty("token").GetString(), (await peer.TakeAsync("authenticate")).GetProperty("token").GetString()));
    }

    [Fact]
    public async Task A_token_that_stays_the_same_is_not_brought_at_ever_shorter_intervals()
    {
        await using var server = new ScriptedServer();
        var asked = 0;
        var client = server.NewClient(_time, new RealtimeClientOptions { Token = _ => ValueTask.FromResult<string?>($"the same{(Interlocked.Increment(ref asked) < 0 ? "?" : "")}") });
        var connecting = client.ConnectAsync();
        var peer = await server.AcceptAsync();
        await peer.SendAsync(new { type = "welcome", connection = "c", heartbeat = 1_000_000, expires = 4000 });
        await connecting.Soon();

        foreach (var (wait, left) in new[] { (3.2, 800), (0.64, 160) })
        {
            while (!_time.Has(wait))
            {
                await Task.Yield();
            }
            _time.Advance(wait);
            var renewal = await peer.TakeAsync("authenticate");
            await peer.SendAsync(new { type = "reply", @ref = renewal.GetProperty("ref").GetInt64(), status = "ok", data = new { expires = left } });
        }
        // The answer to what comes behind it: by then the last reply was heard.
        var joining = client.JoinAsync("room");
        await peer.SendAsync(new { type = "reply", @ref = (await peer.TakeAsync("join")).GetProperty("ref").GetInt64(), status = "ok" });
        await joining.Soon();

        Assert.Equal(2, asked);
        Assert.False(_time.Has(0.128));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public async Task The_wait_between_attempts_has_full_jitter_in_a_window_that_doubles_up_to_30_seconds(double random)
    {
        await using var server = new ScriptedServer { Refuses = true };
        var client = server.NewClient(_time, new RealtimeClientOptions { Random = () => random });
        var states = client.States();
        _ = client.ConnectAsync().ContinueWith(static failed => failed.Exception, TaskScheduler.Default);

        for (var attempt = 0; attempt < 9; attempt++)
        {
            var lost = await states.UntilAsync(RealtimeClientState.Waiting);
            Assert.Equal((1006, "Refused on purpose."), (lost.Reason!.Code, lost.Reason.Message));
            _time.Advance(random * Math.Min(30, 0.5 * Math.Pow(2, attempt)));
        }

        var welcome = TimeSpan.FromSeconds(10);
        var expected = Enumerable.Range(0, 9).Select(attempt => TimeSpan.FromSeconds(random * Math.Min(30, 0.5 * Math.Pow(2, attempt))));
        Assert.Equal(expected, _time.Delays.Where(delay => delay != welcome).Take(9));
    }

    [Fact]
    public async Task Connecting_tells_that_it_failed_and_goes_on_trying()
    {
        await using var server = new ScriptedServer { Refuses = true };
        var client = server.NewClient(_time);

        Assert.Equal("connection_lost", await client.ConnectAsync().CodeAsync());
        server.Refuses = false;
        var again = client.ConnectAsync();
        _time.Advance(0.25);
        await server.WelcomeAsync();

        await again.Soon();
    }

    [Fact]
    public async Task The_backoff_starts_anew_only_when_a_connection_has_proved_good()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var states = client.States();
        _ = client.ConnectAsync();
        foreach (var window in new[] { 0.5, 1, 2 })
        {
            var bad = await server.WelcomeAsync();
            await states.UntilAsync(RealtimeClientState.Open);
            bad.Cut();
            await states.UntilAsync(RealtimeClientState.Waiting);
            Assert.True(_time.Has(window / 2));
            _time.Advance(window / 2);
        }
        var good = await server.WelcomeAsync();
        await states.UntilAsync(RealtimeClientState.Open);
        _time.Advance(5);
        var topic = client.JoinAsync("t");
        await good.OkAsync(await good.TakeAsync("ping"));
        await good.OkAsync(await good.TakeAsync("join"));
        await topic.Soon();

        good.Cut();

        await states.UntilAsync(RealtimeClientState.Waiting);
        Assert.Equal(2, _time.Delays.Count(static delay => delay == TimeSpan.FromSeconds(0.25)));
    }

    [Fact]
    public async Task A_server_that_goes_away_says_within_which_time_to_come_back()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var states = client.States();
        _ = client.ConnectAsync();
        var peer = await server.WelcomeAsync();
        await peer.SendAsync(new { type = "away", reconnect = 8000 });
        await peer.CloseAsync(1001, "Going away.");

        Assert.Equal(new ConnectionLoss(1001, "Going away."), (await states.UntilAsync(RealtimeClientState.Waiting)).Reason);
        Assert.True(_time.Has(4));
        _time.Advance(4);
        var second = await server.WelcomeAsync();
        await states.UntilAsync(RealtimeClientState.Open);
        second.Cut();
        await states.UntilAsync(RealtimeClientState.Waiting);
        Assert.True(_time.Has(0.5));
    }

    [Theory]
    [InlineData(1001)]
    [InlineData(1011)]
    [InlineData(3000)]
    [InlineData(3001)]
    [InlineData(3008)]
    [InlineData(3499)]
    [InlineData(4000)]
    public async Task Close_codes_that_ask_to_connect_again(int code)
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var states = client.States();
        _ = client.ConnectAsync();

        await (await server.WelcomeAsync()).CloseAsync(code);

        Assert.Equal(code, (await states.UntilAsync(RealtimeClientState.Waiting)).Reason!.Code);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1002)]
    [InlineData(1003)]
    [InlineData(1007)]
    [InlineData(1009)]
    [InlineData(3500)]
    [InlineData(3999)]
    public async Task Close_codes_that_end_it_for_good_with_the_reason(int code)
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var states = client.States();
        var joining = client.JoinAsync("t");

        await (await server.WelcomeAsync()).CloseAsync(code, "Because.");

        Assert.Equal(new ConnectionLoss(code, "Because."), (await states.UntilAsync(RealtimeClientState.Closed)).Reason);
        var error = await Assert.ThrowsAsync<RealtimeException>(() => joining.Soon());
        Assert.Equal("closed", error.Code);
        Assert.Contains("Because.", error.Message);
        Assert.Equal("closed", await client.JoinAsync("u").CodeAsync());
        Assert.Equal("closed", await Task.Run(() => client.ConnectAsync()).CodeAsync());
    }

    [Fact]
    public async Task Pings_keep_the_connection_within_the_heartbeat_that_the_server_asks_for()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var connecting = client.ConnectAsync();
        var peer = await server.WelcomeAsync(heartbeat: 10_000);
        await connecting.Soon();
        _time.Advance(5);
        for (var beat = 0; beat < 4; beat++)
        {
            await peer.OkAsync(await peer.TakeAsync("ping"));
            // The answer has been read when what comes behind it has an effect.
            var joining = client.JoinAsync($"t{beat}");
            await peer.OkAsync(await peer.TakeAsync("join"));
            await joining.Soon();
            _time.Advance(7.999);
            var another = client.JoinAsync($"u{beat}");
            await peer.OkAsync(await peer.TakeAsync("join"));
            await another.Soon();
            _time.Advance(0.001);
        }
        Assert.Equal(RealtimeClientState.Open, client.State);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_a_ping_is_left_for_another_connection()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var states = client.States();
        var connecting = client.ConnectAsync();
        var peer = await server.WelcomeAsync();
        await connecting.Soon();
        _time.Advance(5);
        await peer.TakeAsync("ping");

        _time.Advance(10);

        Assert.Equal(3001, (await states.UntilAsync(RealtimeClientState.Waiting)).Reason!.Code);
        Assert.Equal(3001, await peer.ClosedAsync());
        _time.Advance(0.25);
        await server.WelcomeAsync();
        await states.UntilAsync(RealtimeClientState.Open);
    }

    [Fact]
    public async Task A_server_that_never_says_welcome_is_left_for_another_connection()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var states = client.States();
        _ = client.ConnectAsync().ContinueWith(static failed => failed.Exception, TaskScheduler.Default);
        var peer = await server.AcceptAsync();
        await peer.EventAsync("t", "said", "no welcome");

        _time.Advance(10);

        Assert.Contains("welcome", (await states.UntilAsync(RealtimeClientState.Waiting)).Reason!.Message);
        Assert.Equal(RealtimeClientState.Waiting, client.State);
    }

    [Fact]
    public async Task Disposing_while_it_connects_or_waits_ends_it_without_another_attempt()
    {
        await using var server = new ScriptedServer();
        var early = server.NewClient(_time);
        var connecting = early.ConnectAsync();
        await server.AcceptAsync();
        var disposing = early.DisposeAsync().AsTask();
        Assert.Equal("closed", await connecting.CodeAsync());
        Assert.Equal(RealtimeClientState.Closed, early.State);

        var late = server.NewClient(_time);
        var states = late.States();
        var joining = late.JoinAsync("t");
        (await server.WelcomeAsync()).Cut();
        await states.UntilAsync(RealtimeClientState.Waiting);
        await late.DisposeAsync().AsTask().Soon();
        await late.DisposeAsync().AsTask().Soon();
        Assert.Equal("closed", await joining.CodeAsync());
        await states.UntilAsync(RealtimeClientState.Closed);
        _time.Advance(60);
        await disposing.Soon();
        Assert.Equal(RealtimeClientState.Closed, late.State);
        Assert.False(states.TryRead(out _));
    }

    [Theory]
    [InlineData(RealtimeClientState.Connecting)]
    [InlineData(RealtimeClientState.Open)]
    [InlineData(RealtimeClientState.Waiting)]
    public async Task A_client_may_be_disposed_of_by_who_hears_of_its_states(RealtimeClientState at)
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var states = client.States();
        client.StateChanged += (_, change) =>
        {
            if (change.State == at)
            {
                client.Dispose();
            }
        };
        _ = client.ConnectAsync().ContinueWith(static failed => failed.Exception, TaskScheduler.Default);
        if (at != RealtimeClientState.Connecting)
        {
            var peer = await server.WelcomeAsync();
            if (at == RealtimeClientState.Waiting)
            {
                peer.Cut();
            }
        }

        await states.UntilAsync(RealtimeClientState.Closed);
        Assert.Equal(RealtimeClientState.Closed, client.State);
    }

    [Fact]
    public async Task Garbage_from_a_server_is_no_reason_to_fail()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var joining = client.JoinAsync("t");
        var peer = await server.WelcomeAsync();
        var join = await peer.TakeAsync("join");
        foreach (var text in new[]
        {
            "", "{", "null", "[]", "7", "{}", """{"type":7}""", """{"type":"reply"}""", """{"type":"reply","ref":"x"}""", """{"type":"reply","ref":99999999999999999999}""",
            """{"type":"event","topic":"t"}""", """{"type":"event","topic":["t"],"event":{}}""", """{"type":"presence","topic":"t","members":7,"left":[1]}""", """{"type":"error"}""",
            """{"type":"error","error":[]}""", """{"type":"reset","topic":"t"}""", """{"type":"\ud800"}""", """{"type":"event"} x""", """{"type":"away","reconnect":-1}""",
        })
        {
            await peer.SendRawAsync(System.Text.Encoding.UTF8.GetBytes(text));
        }
        await peer.SendRawAsync([1, 2, 3], WebSocketMessageType.Binary);
        await peer.OkAsync(join);

        Assert.Equal("t", (await joining.Soon()).Name);
        foreach (var text in new[] { """{"type":"presence","topic":"t","members":7,"joined":{},"left":[1]}""", """{"type":"presence","topic":"t","members":[1,{"id":2},{"id":"a","user":3}]}""" })
        {
            await peer.SendRawAsync(System.Text.Encoding.UTF8.GetBytes(text));
        }
        await peer.EventAsync("t", "e", 1);
        Assert.Equal([1], await (await joining).On<int>("e").TakeAsync(1));
        Assert.Equal("a", Assert.Single((await joining).Members).Id);
    }

    [Fact]
    public async Task A_message_over_the_limit_closes_it_for_good()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time, new RealtimeClientOptions { MaxMessageSize = 10_000 });
        var states = client.States();
        _ = client.ConnectAsync();
        var peer = await server.WelcomeAsync();

        await peer.EventAsync("t", "e", new string('x', 10_000));

        var closed = await states.UntilAsync(RealtimeClientState.Closed);
        Assert.Equal(1009, closed.Reason!.Code);
        Assert.Contains("MaxMessageSize", closed.Reason.Message);
        Assert.Equal(1009, await peer.ClosedAsync());
    }

    [Theory]
    [InlineData("/realtime")]
    [InlineData("ftp://a/realtime")]
    [InlineData("")]
    public void What_is_no_address_is_refused_with_an_example(string url) =>
        Assert.Contains("ws://127.0.0.1:5000/realtime", Assert.Throws<ArgumentException>(() => new RealtimeClient(url)).Message);

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Assert.Contains("RealtimeClientOptions.QueueLimit", Assert.Throws<ArgumentException>(() => new RealtimeClient("ws://a/", new() { QueueLimit = 0 })).Message);
        Assert.Contains("RealtimeClientOptions.Timeout", Assert.Throws<ArgumentException>(() => new RealtimeClient("ws://a/", new() { Timeout = TimeSpan.Zero })).Message);
        Assert.Contains("RealtimeClientOptions.SlowReader", Assert.Throws<ArgumentException>(() => new RealtimeClient("ws://a/", new() { SlowReader = (SlowReaderPolicy)7 })).Message);
    }
}

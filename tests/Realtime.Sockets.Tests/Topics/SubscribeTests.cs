using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class SubscribeTests
{
    [Fact]
    public async Task A_reader_goes_on_behind_its_position_and_gets_each_event_once_in_order()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        for (var index = 1; index <= 5; index++)
        {
            await app.Topics.PublishAsync("room:a", "said", index);
        }
        StreamPosition? position = null;
        await foreach (var heard in app.Topics.Subscribe("room:a", history: 3))
        {
            Assert.Equal((3L, 3), (heard.Offset, heard.Read<int>()));
            position = heard.Position;
            break;
        }

        // Published while nobody hears, and while it reads: what is live and what is replayed must meet without a seam.
        var publishing = Task.Run(async () =>
        {
            for (var index = 6; index <= 200; index++)
            {
                await app.Topics.PublishAsync("room:a", "said", index);
            }
        });
        var offsets = new List<long>();
        await foreach (var heard in app.Topics.Subscribe("room:a", position))
        {
            Assert.False(heard.IsReset);
            Assert.Equal(heard.Offset, heard.Read<int>());
            offsets.Add(heard.Offset!.Value);
            if (heard.Offset == 200)
            {
                break;
            }
        }
        await publishing;

        Assert.Equal(Enumerable.Range(4, 197).Select(static offset => (long)offset), offsets);
        Assert.Equal(0, app.Topics.Audiences.Count);
    }

    [Fact]
    public async Task A_position_that_is_lost_is_told_and_events_go_on_behind_it()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await app.Topics.PublishAsync("room:a", "said", 1);

        await using var events = app.Topics.Subscribe("room:a", new StreamPosition("another", 1)).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.True(events.Current.IsReset);
        Assert.Equal(("room:a", "", 1L, 0), (events.Current.Topic, events.Current.Name, events.Current.Offset, events.Current.Read<int>()));
        await app.Topics.PublishAsync("room:a", "said", 2);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal((false, 2L, events.Current.Epoch), (events.Current.IsReset, events.Current.Offset, events.Current.Position!.Value.Epoch));
    }

    [Fact]
    public async Task A_topic_without_history_has_lost_every_position()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await using var events = app.Topics.Subscribe("plain", new StreamPosition("e", 1)).GetAsyncEnumerator();

        Assert.True(await events.MoveNextAsync());
        Assert.True(events.Current.IsReset);
        Assert.Null(events.Current.Position);
        await app.Topics.PublishAsync("plain", "said", 2);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal((null, null), (events.Current.Offset, events.Current.Epoch));
    }

    [Fact]
    public async Task A_wildcard_hears_every_topic_that_matches_whether_anybody_is_in_it_or_not()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await using var ada = await TestClient.ConnectAsync(server);
        await ada.JoinAsync("room:a");
        await using var events = app.Topics.Subscribe("room:*").GetAsyncEnumerator();
        var first = events.MoveNextAsync();
        while (app.Topics.Audiences.Find("room:*") is null)
        {
            await Task.Yield();
        }

        await app.Topics.PublishAsync("room:lobby", "said", 1);
        await app.Topics.PublishAsync("plain", "said", 2);
        await app.Topics.SendToUserAsync("room:a", "Ada", "said", 3);
        await ada.SendAsync(new { type = "event", topic = "room:a", @event = "typing" });

        Assert.True(await first);
        Assert.Equal(("room:lobby", 1, null), (events.Current.Topic, events.Current.Read<int>(), events.Current.Offset));
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(("room:a", 4, 1L), (events.Current.Topic, events.Current.Read<int>(), events.Current.Offset));
    }

    [Fact]
    public async Task A_reader_names_what_is_done_when_it_is_too_far_behind_and_learns_what_it_missed()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await using var events = app.Topics.Subscribe("room:a", slowConsumer: SlowConsumer.DropOldest).GetAsyncEnumerator();
        var first = events.MoveNextAsync();
        while (app.Topics.Audiences.Find("room:a") is null)
        {
            await Task.Yield();
        }
        await app.Topics.PublishAsync("room:a", "said", 0);
        Assert.True(await first);

        for (var index = 1; index <= 2000; index++)
        {
            await app.Topics.PublishAsync("room:a", "said", index);
        }

        var (heard, dropped) = (0, 0);
        while (await events.MoveNextAsync())
        {
            heard++;
            dropped += events.Current.Dropped;
            if (events.Current.Read<int>() == 2000)
            {
                break;
            }
        }
        Assert.Equal((1024, 2000 - 1024), (heard, dropped));
    }

    [Fact]
    public async Task What_cannot_be_heard_says_why()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);

        Assert.Contains("no pattern", Assert.Throws<ArgumentException>(() => app.Topics.Subscribe("rom:a")).Message);
        Assert.Contains("no pattern", Assert.Throws<ArgumentException>(() => app.Topics.Subscribe("rom:*")).Message);
        Assert.Contains("no history", Assert.Throws<ArgumentException>(() => app.Topics.Subscribe("room:*", new StreamPosition("e", 1))).Message);
    }

    private static App Create()
    {
        var app = new App();
        app.Topic("room:{name}", static room => room
            .History(1000)
            .OnJoin(static (Member member) => { member.User = "Ada"; })
            .On("typing", static (Member member) => member.PublishToOthersAsync("typing", 4)));
        app.Topic("room:lobby", static _ => { });
        app.Topic("plain", static _ => { });
        return app;
    }
}

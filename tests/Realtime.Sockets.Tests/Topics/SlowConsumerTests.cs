using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class SlowConsumerTests
{
    [Fact]
    public async Task A_slow_client_is_closed_with_3008_without_delaying_others()
    {
        var app = new App();
        app.Sockets = app.Sockets with { OutboxLimit = 100_000 };
        app.Topic("news", static news => news.History(10));
        await using var server = await TestServer.StartAsync(app);
        await using var slow = await TestClient.ConnectAsync(server);
        await using var quick = await TestClient.ConnectAsync(server);
        await slow.JoinAsync("news");
        await quick.JoinAsync("news");

        // The slow one reads nothing meanwhile; the quick one must get each event before the next is published.
        for (var index = 1; index <= 600; index++)
        {
            await app.Topics.PublishAsync("news", "item", new string('x', 1000));
            Assert.Equal(index, (await quick.NextAsync()).Offset());
        }

        Assert.Equal(3008, await slow.ClosedAsync());
        await app.Topics.PublishAsync("news", "item", "more");
        Assert.Equal(601, (await quick.NextAsync()).Offset());
    }

    [Fact]
    public async Task A_client_that_never_reads_again_is_cut_off_in_the_end()
    {
        var app = new App();
        app.Sockets = app.Sockets with { OutboxLimit = 100_000 };
        var left = new TaskCompletionSource();
        app.Topic("news", news => news.OnLeave(() => left.SetResult()));
        await using var server = await TestServer.StartAsync(app);
        await using var slow = await TestClient.ConnectAsync(server);
        await slow.JoinAsync("news");

        for (var index = 1; index <= 600; index++)
        {
            await app.Topics.PublishAsync("news", "item", new string('x', 1000));
        }

        // The clock stands still: each round is one more second of the close timeout, or of none, where the close is not on its way yet.
        while (!left.Task.IsCompleted)
        {
            server.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(left.Task, Task.Delay(5));
        }
        Assert.Equal(0, app.Topics.CountOf("news"));
    }

    [Fact]
    public async Task A_subscriber_that_falls_behind_is_told()
    {
        var app = new App();
        app.Topic("news", static _ => { });
        await using var server = await TestServer.StartAsync(app);
        await using var events = app.Topics.Subscribe("news").GetAsyncEnumerator();
        var first = events.MoveNextAsync();
        while (app.Topics.Audiences.Find("news") is null)
        {
            await Task.Yield();
        }
        for (var index = 0; index < 2000; index++)
        {
            await app.Topics.PublishAsync("news", "item", index);
        }

        Assert.True(await first);
        Assert.Equal(0, events.Current.Read<int>());
        var error = await Assert.ThrowsAsync<TopicError>(async () =>
        {
            while (await events.MoveNextAsync())
            {
            }
        });
        Assert.Equal("too_slow", error.Code);
    }
}

using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

/// <summary>Many events while a join is being answered, as where the history's disk is slow or the machine busy.</summary>
public sealed class SlowJoinTests
{
    private const int Limit = 200_000;

    [Theory]
    [InlineData("oldest")]
    [InlineData("conflate")]
    public async Task A_lossy_topic_leaves_events_out_and_tells_how_many(string policy)
    {
        var slow = policy == "oldest" ? SlowConsumer.DropOldest : SlowConsumer.Conflate("name");
        await using var server = await StartAsync(slow, isReadBefore: true, out var gate);
        await using var client = await TestClient.ConnectAsync(server);
        await JoinWhileAsync(server, client, gate, keys: 10);

        var (values, dropped) = await ReadToEndAsync(client);
        var drops = SocketHost.Of(server.App!).Drops;
        Assert.Equal(1000, values.Count + dropped);
        Assert.Equal((dropped, 0), (drops.DroppedOldest + drops.Conflated, drops.Disconnected));
        Assert.InRange(dropped, 500, 990);
        Assert.Equal(values.Order(), values);
        Assert.Equal(Enumerable.Range(991, 10), values[^10..]);
    }

    [Theory]
    [InlineData("oldest")]
    [InlineData("conflate")]
    public async Task What_was_left_out_and_is_in_the_replay_is_not_missed(string policy)
    {
        var slow = policy == "oldest" ? SlowConsumer.DropOldest : SlowConsumer.Conflate("name");
        await using var server = await StartAsync(slow, isReadBefore: false, out var gate);
        await using var client = await TestClient.ConnectAsync(server);
        await JoinWhileAsync(server, client, gate, keys: 10);

        var (values, dropped) = await ReadToEndAsync(client);
        Assert.Equal(0, dropped);
        Assert.Equal(Enumerable.Range(1, 1000), values);
    }

    [Theory]
    [InlineData("disconnect")]
    [InlineData("conflate")]
    public async Task What_may_not_be_left_out_closes_the_connection_without_a_gap(string policy)
    {
        var slow = policy == "disconnect" ? SlowConsumer.Disconnect : SlowConsumer.Conflate("name");
        await using var server = await StartAsync(slow, isReadBefore: true, out var gate);
        await using var client = await TestClient.ConnectAsync(server);
        await JoinWhileAsync(server, client, gate, keys: 1000);

        while (await client.TryNextAsync() is { } message)
        {
            Assert.NotEqual("event", message.Text("type"));
        }
        Assert.Equal(3008, (int)client.Socket.CloseStatus!);
        Assert.Equal(1, SocketHost.Of(server.App!).Drops.Disconnected);
    }

    private static Task<TestServer> StartAsync(SlowConsumer slow, bool isReadBefore, out GatedBackplane gate)
    {
        var app = new App();
        app.Sockets = app.Sockets with { OutboxLimit = Limit };
        var backplane = gate = new GatedBackplane(new InMemoryBackplane(TimeProvider.System), isReadBefore);
        app.Topics.UseBackplane(_ => backplane);
        app.Topic("metrics", metrics => metrics.History(5000).SlowConsumer(slow));
        return TestServer.StartAsync(app);
    }

    private static async Task JoinWhileAsync(TestServer server, TestClient client, GatedBackplane gate, int keys)
    {
        // With a place: all that came since belongs to the replay.
        var epoch = await gate.EpochAsync("metrics");
        await client.SendAsync(new { type = "join", @ref = 1, topic = "metrics", epoch, offset = 0 });
        await gate.Asked.WaitAsync(TimeSpan.FromSeconds(20));
        for (var value = 1; value <= 1000; value++)
        {
            await server.App!.Topics.PublishAsync("metrics", "sample", new { name = $"metric {value % keys}", value, padding = new string('x', 1300) });
        }
        gate.Open();
    }

    private static async Task<(List<int> Values, int Dropped)> ReadToEndAsync(TestClient client)
    {
        var values = new List<int>();
        var dropped = 0;
        while (values is not [.., 1000])
        {
            var message = await client.NextAsync();
            switch (message.Text("type"))
            {
                case "dropped":
                    dropped += message.GetProperty("count").GetInt32();
                    break;
                case "event":
                    values.Add(message.GetProperty("data").GetProperty("value").GetInt32());
                    break;
            }
        }
        return (values, dropped);
    }

    /// <summary>A backplane whose answer to a join waits: with what was kept before, or what is kept then.</summary>
    private sealed class GatedBackplane(IBackplane inner, bool isReadBefore) : IBackplane
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public void Open() => _open.SetResult();

        public async Task<string> EpochAsync(string topic) => (await inner.ReadAsync(topic, new HistoryPolicy(5000), null, 0)).Start.Epoch;

        public ValueTask OpenAsync(CancellationToken cancellationToken = default) => inner.OpenAsync(cancellationToken);

        public ValueTask<long> PublishAsync(
            string topic,
            string name,
            EventData data,
            HistoryPolicy? history,
            string? idempotencyKey = null,
            Recipients recipients = default,
            CancellationToken cancellationToken = default) =>
            inner.PublishAsync(topic, name, data, history, idempotencyKey, recipients, cancellationToken);

        public ValueTask<IAsyncDisposable> SubscribeAsync(string topic, Action<Publication> deliver, CancellationToken cancellationToken = default) =>
            inner.SubscribeAsync(topic, deliver, cancellationToken);

        public async ValueTask<HistoryPage> ReadAsync(
            string topic, HistoryPolicy history, StreamPosition? since, int newest, CancellationToken cancellationToken = default)
        {
            var before = isReadBefore ? await inner.ReadAsync(topic, history, since, newest, cancellationToken) : null;
            _asked.TrySetResult();
            await _open.Task;
            return before ?? await inner.ReadAsync(topic, history, since, newest, cancellationToken);
        }

        public ValueTask<HistoryPage> ReadBeforeAsync(string topic, HistoryPolicy history, long before, int limit, CancellationToken cancellationToken = default) =>
            inner.ReadBeforeAsync(topic, history, before, limit, cancellationToken);
    }
}

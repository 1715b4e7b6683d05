namespace Realtime.Sockets.Tests.Backplane;

public sealed class WildcardTests : IDisposable
{
    private readonly InMemoryBackplane _backplane = new(TimeProvider.System);
    private readonly List<string> _heard = [];

    [Fact]
    public async Task A_wildcard_hears_every_topic_that_it_matches_with_and_without_history()
    {
        await using var subscription = await _backplane.SubscribeAsync("room:*", Hear);

        await PublishAsync("room:a", "1");
        await PublishAsync("room:b", "2", new HistoryPolicy(10));
        await PublishAsync("hall:a", "3");
        await PublishAsync("room:a:b", "4");
        await PublishAsync("room:b", "5", new HistoryPolicy(10));

        Assert.Equal(["room:a 1 0", "room:b 2 1", "room:b 5 2"], _heard);
    }

    [Fact]
    public async Task A_wildcard_that_ended_hears_nothing_and_a_topic_that_only_it_heard_takes_no_memory()
    {
        var subscription = await _backplane.SubscribeAsync("room:*", Hear);
        var other = await _backplane.SubscribeAsync("*:a", Hear);
        await PublishAsync("room:a", "1");
        await subscription.DisposeAsync();
        await subscription.DisposeAsync();
        await PublishAsync("room:a", "2");
        await other.DisposeAsync();
        await PublishAsync("room:a", "3");

        Assert.Equal(["room:a 1 0", "room:a 1 0", "room:a 2 0"], _heard);
        Assert.Equal(0, _backplane.StreamCount);
    }

    [Fact]
    public async Task Whom_an_event_is_for_travels_with_it_and_so_does_its_epoch()
    {
        Publication? heard = null;
        await using var subscription = await _backplane.SubscribeAsync("room:a", publication => heard = publication);

        await _backplane.PublishAsync("room:a", "e", new EventData("1"u8.ToArray()), new HistoryPolicy(10), recipients: new Recipients(Except: "m1"));

        Assert.Equal(new Recipients(Except: "m1"), heard!.Recipients);
        Assert.Equal((await _backplane.ReadAsync("room:a", new HistoryPolicy(10), null, 0)).Start, new StreamPosition(heard.Epoch!, heard.Offset));
    }

    public void Dispose() => _backplane.Dispose();

    private void Hear(Publication publication) => _heard.Add($"{publication.Topic} {publication.Name} {publication.Offset}");

    private ValueTask<long> PublishAsync(string topic, string name, HistoryPolicy? history = null) =>
        _backplane.PublishAsync(topic, name, new EventData("1"u8.ToArray()), history);
}

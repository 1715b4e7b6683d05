using Realtime.Sockets;
using Xunit;

namespace Realtime.Conformance.Backplane;

public abstract partial class BackplaneConformance
{
    [Fact]
    public async Task A_repeated_key_publishes_nothing_and_gives_the_first_offset()
    {
        var heard = new List<long>();
        await using var subscription = await Subject.SubscribeAsync("t", publication => heard.Add(publication.Offset));

        Assert.Equal(1, await PublishAsync(key: "a"));
        Assert.Equal(2, await PublishAsync(key: "b"));
        Assert.Equal(1, await PublishAsync(key: "a"));
        Assert.Equal(3, await PublishAsync());
        Assert.Equal(2, await PublishAsync(key: "b"));

        Assert.Equal([1L, 2, 3], heard);
        Assert.Equal(3, (await TopAsync()).Offset);
    }

    [Fact]
    public async Task The_same_key_in_another_topic_is_another_key()
    {
        Assert.Equal(1, await PublishAsync(key: "a"));
        Assert.Equal(1, await PublishAsync(topic: "u", key: "a"));
        Assert.Equal(2, await PublishAsync(topic: "u"));
    }

    [Fact]
    public async Task A_topic_without_history_knows_keys_too_even_those_that_nobody_heard()
    {
        await Subject.PublishAsync("t", "e", Data(1), history: null, "a");
        var heard = new List<long>();
        await using var subscription = await Subject.SubscribeAsync("t", publication => heard.Add(Value(publication)));

        Assert.Equal(0, await Subject.PublishAsync("t", "e", Data(2), history: null, "a"));
        Assert.Equal(0, await Subject.PublishAsync("t", "e", Data(3), history: null, "b"));

        Assert.Equal([3L], heard);
    }

    [Fact]
    public async Task Many_who_try_the_same_key_at_once_publish_once()
    {
        var heard = new List<long>();
        await using var subscription = await Subject.SubscribeAsync("t", publication => heard.Add(publication.Offset));

        for (var round = 1; round <= 20; round++)
        {
            var key = $"key {round}";
            var offsets = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => PublishAsync(key: key)))).WaitAsync(Patience);
            Assert.All(offsets, offset => Assert.Equal(round, offset));
        }

        Assert.Equal(20, heard.Count);
    }

    [Fact]
    public async Task A_key_is_known_for_its_time_and_until_too_many_newer_ones_came()
    {
        await OpenAsync(new IdempotencyWindow { Size = 2, TimeToLive = TimeSpan.FromMinutes(10) });

        Assert.Equal(1, await PublishAsync(key: "a"));
        Assert.Equal(2, await PublishAsync(key: "b"));
        Assert.Equal(1, await PublishAsync(key: "a"));
        Assert.Equal(3, await PublishAsync(key: "c"));
        // The third pushed the first out.
        Assert.Equal(4, await PublishAsync(key: "a"));
        Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        Assert.Equal(4, await PublishAsync(key: "a"));
        Advance(TimeSpan.FromTicks(1));
        Assert.Equal(5, await PublishAsync(key: "a"));
        Assert.Equal(5, await PublishAsync(key: "a"));
    }

    [Fact]
    public async Task A_key_outlives_the_event_that_it_came_with()
    {
        var policy = new HistoryPolicy(10, TimeSpan.FromSeconds(10));
        await using var subscription = await Subject.SubscribeAsync("t", static _ => { });
        Assert.Equal(1, await PublishAsync(history: policy, key: "a"));
        Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, await PublishAsync(history: policy, key: "a"));
        Assert.Equal(2, await PublishAsync(history: policy, key: "b"));
    }

    [Fact]
    public async Task A_key_that_cannot_be_one_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => PublishAsync(key: ""));
        await Assert.ThrowsAsync<ArgumentException>(() => PublishAsync(key: new string('x', 257)));
        Assert.Equal(1, await PublishAsync(key: new string('x', 256)));
    }
}

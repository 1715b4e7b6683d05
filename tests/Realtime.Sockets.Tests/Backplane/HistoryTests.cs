using Realtime.Testing;

namespace Realtime.Sockets.Tests.Backplane;

public sealed class HistoryTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Any_reader_gets_all_behind_its_place_or_is_told_that_it_cannot()
    {
        // Against a model that keeps everything: random publishes, waits and resumes from random places.
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            using var backplane = new InMemoryBackplane(_time);
            var policy = new HistoryPolicy(random.Next(1, 12), random.Next(2) == 0 ? null : TimeSpan.FromSeconds(10));
            var all = new List<(long Offset, DateTimeOffset At)>();
            // A subscriber keeps the numbering alive through times in which all has expired.
            await using var subscription = await backplane.SubscribeAsync("t", static _ => { });
            var epoch = (await backplane.ReadAsync("t", policy, since: null, newest: 0)).Start.Epoch;
            for (var step = 0; step < 300; step++)
            {
                switch (random.Next(4))
                {
                    case 0:
                        _time.Advance(TimeSpan.FromSeconds(random.Next(5)));
                        break;
                    case 1:
                        var offset = await backplane.PublishAsync("t", "e", new EventData(new byte[] { 1 }), policy);
                        all.Add((offset, _time.GetUtcNow()));
                        Assert.Equal(all.Count, offset);
                        break;
                    case 2:
                        var since = random.Next(all.Count + 2);
                        var page = await backplane.ReadAsync("t", policy, new StreamPosition(epoch, since), newest: 5);
                        var missed = all.Count - since;
                        var isWhole = missed >= 0 && missed <= Kept(all, policy);
                        Assert.Equal(isWhole, page.Recovered);
                        Assert.Equal(new StreamPosition(epoch, isWhole ? since : all.Count), page.Start);
                        Assert.Equal(isWhole ? all.Skip(since).Select(static one => one.Offset) : [], page.Publications.Select(static one => one.Offset));
                        break;
                    default:
                        var newest = random.Next(15);
                        var expected = all.TakeLast(Math.Min(newest, Kept(all, policy))).Select(static one => one.Offset).ToArray();
                        page = await backplane.ReadAsync("t", policy, since: null, newest);
                        Assert.False(page.Recovered);
                        Assert.Equal(expected, page.Publications.Select(static one => one.Offset));
                        Assert.Equal(all.Count - expected.Length, page.Start.Offset);
                        break;
                }
            }
        }
    }

    [Fact]
    public async Task A_place_in_another_epoch_is_lost()
    {
        using var backplane = new InMemoryBackplane(_time);
        await backplane.PublishAsync("t", "e", new EventData(new byte[] { 1 }), new HistoryPolicy(10));

        var page = await backplane.ReadAsync("t", new HistoryPolicy(10), new StreamPosition("other", 1), newest: 0);

        Assert.False(page.Recovered);
        Assert.Equal(1, page.Start.Offset);
    }

    [Fact]
    public async Task A_topic_that_has_expired_is_forgotten_and_its_numbering_never_taken_for_the_next()
    {
        using var backplane = new InMemoryBackplane(_time);
        var policy = new HistoryPolicy(10, TimeSpan.FromSeconds(30));
        await backplane.PublishAsync("t", "e", new EventData(new byte[] { 1 }), policy);
        var before = (await backplane.ReadAsync("t", policy, since: null, newest: 1)).Start;
        Assert.Equal(1, backplane.StreamCount);

        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(0, backplane.StreamCount);
        await backplane.PublishAsync("t", "e", new EventData(new byte[] { 1 }), policy);
        Assert.False((await backplane.ReadAsync("t", policy, before with { Offset = 1 }, newest: 0)).Recovered);
    }

    [Fact]
    public async Task A_topic_that_nobody_hears_and_that_keeps_nothing_takes_no_memory()
    {
        using var backplane = new InMemoryBackplane(_time);
        var policy = new HistoryPolicy(10);
        var subscription = await backplane.SubscribeAsync("t", static _ => { });
        var place = (await backplane.ReadAsync("t", policy, since: null, newest: 0)).Start;
        await subscription.DisposeAsync();
        await backplane.PublishAsync("u", "e", new EventData(new byte[] { 1 }), history: null);

        Assert.Equal(0, backplane.StreamCount);
        Assert.True((await backplane.ReadAsync("t", policy, place, newest: 0)).Recovered);
    }

    [Fact]
    public async Task A_repeated_key_publishes_nothing_and_gives_the_first_offset()
    {
        using var backplane = new InMemoryBackplane(_time, new IdempotencyWindow { Size = 2, TimeToLive = TimeSpan.FromMinutes(10) });
        var policy = new HistoryPolicy(10);
        var heard = new List<long>();
        await using var subscription = await backplane.SubscribeAsync("t", publication => heard.Add(publication.Offset));

        Assert.Equal(1, await Publish("a"));
        Assert.Equal(2, await Publish("b"));
        Assert.Equal(1, await Publish("a"));
        Assert.Equal(3, await Publish("c"));
        // The third key pushed the oldest out.
        Assert.Equal(4, await Publish("a"));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(5, await Publish("a"));

        Assert.Equal([1, 2, 3, 4, 5], heard);
        await Assert.ThrowsAsync<ArgumentException>(async () => await Publish(""));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Publish(new string('x', 257)));

        ValueTask<long> Publish(string key) => backplane.PublishAsync("t", "e", new EventData(new byte[] { 1 }), policy, key);
    }

    private int Kept(List<(long Offset, DateTimeOffset At)> all, HistoryPolicy policy)
    {
        var young = policy.TimeToLive is { } limit ? all.AsEnumerable().Reverse().TakeWhile(one => _time.GetUtcNow() - one.At < limit).Count() : all.Count;
        return Math.Min(policy.Size, young);
    }
}

using Realtime.Sockets;
using Xunit;

namespace Realtime.Conformance.Backplane;

public abstract partial class BackplaneConformance
{
    [Fact]
    public async Task Every_place_within_the_size_is_recovered_and_every_other_is_lost()
    {
        var policy = new HistoryPolicy(5);
        await PublishManyAsync(12, policy);
        var top = await TopAsync();

        for (var offset = 0L; offset <= 14; offset++)
        {
            var page = await ResumeAsync(top with { Offset = offset }, policy);
            var isKept = offset is >= 7 and <= 12;
            Assert.Equal(isKept, page.Recovered);
            Assert.Equal(isKept ? offset : 12, page.Start.Offset);
            Assert.Equal(isKept ? Enumerable.Range((int)offset + 1, 12 - (int)offset).Select(static number => (long)number) : [], page.Publications.Select(Value));
        }
    }

    [Fact]
    public async Task An_event_is_kept_until_its_time_is_over_and_not_a_tick_longer()
    {
        var policy = new HistoryPolicy(100, TimeSpan.FromSeconds(10));
        await PublishAsync(1, history: policy);
        Advance(TimeSpan.FromSeconds(5));
        await PublishAsync(2, history: policy);
        var epoch = (await TopAsync()).Epoch;
        Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));

        Assert.Equal([1L, 2], (await ResumeAsync(new StreamPosition(epoch, 0), policy)).Publications.Select(Value));
        Advance(TimeSpan.FromTicks(1));

        Assert.False((await ResumeAsync(new StreamPosition(epoch, 0), policy)).Recovered);
        Assert.Equal([2L], (await ResumeAsync(new StreamPosition(epoch, 1), policy)).Publications.Select(Value));
        Assert.Equal([2L], (await Subject.ReadAsync("t", policy, since: null, newest: 10)).Publications.Select(Value));
        Assert.Equal([2L], (await Subject.ReadBeforeAsync("t", policy, long.MaxValue, 10)).Publications.Select(Value));
        Assert.True((await ResumeAsync(new StreamPosition(epoch, 2), policy)).Recovered);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1_000_000)]
    [InlineData(long.MaxValue)]
    public async Task A_place_ahead_of_the_newest_event_is_lost(long offset)
    {
        await PublishManyAsync(3);
        var top = await TopAsync();

        var page = await ResumeAsync(top with { Offset = offset });

        Assert.False(page.Recovered);
        Assert.Equal(top, page.Start);
        Assert.Empty(page.Publications);
    }

    [Fact]
    public async Task A_place_in_another_epoch_is_lost()
    {
        await PublishManyAsync(3);

        var page = await ResumeAsync(new StreamPosition("other", 2));

        Assert.False(page.Recovered);
        Assert.Equal(await TopAsync(), page.Start);
        Assert.Equal(3, page.Start.Offset);
    }

    [Fact]
    public async Task A_topic_that_never_published_is_resumed_from_nothing_to_its_first_event()
    {
        await using var subscription = await Subject.SubscribeAsync("t", static _ => { });
        var start = await TopAsync();
        Assert.Equal(0, start.Offset);
        Assert.True((await ResumeAsync(start)).Recovered);
        await PublishAsync(1, topic: "another");
        await PublishAsync(1);

        Assert.Equal([1L], (await ResumeAsync(start)).Publications.Select(Value));
    }

    [Fact]
    public async Task While_somebody_is_subscribed_the_numbering_goes_on_though_all_has_expired()
    {
        var policy = new HistoryPolicy(100, TimeSpan.FromSeconds(10));
        var heard = new List<Publication>();
        await using var subscription = await Subject.SubscribeAsync("t", heard.Add);
        var start = await TopAsync();
        for (var round = 1; round <= 3; round++)
        {
            await PublishAsync(round, history: policy);
            await PublishAsync(round, topic: "other", history: policy);
            Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal([1L, 2, 3], heard.Select(static publication => publication.Offset));
        Assert.All(heard, publication => Assert.Equal(start.Epoch, publication.Epoch));
        Assert.Equal(start with { Offset = 3 }, await TopAsync());
    }

    [Fact]
    public async Task A_place_before_events_that_have_expired_is_never_recovered_whatever_was_published_since()
    {
        var policy = new HistoryPolicy(100, TimeSpan.FromSeconds(10));
        var start = await TopAsync();
        for (var round = 0; round < 5; round++)
        {
            await PublishManyAsync(3, policy);
            var old = await TopAsync();
            Advance(TimeSpan.FromMinutes(2));
            await PublishManyAsync(round, policy);

            Assert.False((await ResumeAsync(start, policy)).Recovered);
            Assert.False((await ResumeAsync(old with { Offset = old.Offset - 1 }, policy)).Recovered);
            var page = await ResumeAsync(old, policy);
            Assert.True(!page.Recovered || page.Publications.Count == round);
            start = old with { Offset = old.Offset - 1 };
        }
    }

    [Fact]
    public async Task Less_history_counts_at_once_and_more_brings_nothing_back()
    {
        await PublishManyAsync(50, new HistoryPolicy(50));
        var top = await TopAsync();

        Assert.False((await ResumeAsync(top with { Offset = 30 }, new HistoryPolicy(10))).Recovered);
        Assert.Equal(10, (await Subject.ReadAsync("t", new HistoryPolicy(10), since: null, newest: 50)).Publications.Count);
        await PublishAsync(51, history: new HistoryPolicy(10));
        var page = await ResumeAsync(top with { Offset = 30 }, new HistoryPolicy(1000));
        Assert.True(!page.Recovered || page.Publications.Count == 21);
    }

    [Fact]
    public async Task Pages_go_back_to_the_oldest_event_without_a_gap()
    {
        var policy = new HistoryPolicy(25);
        await PublishManyAsync(40, policy);
        var pages = new List<long>();
        var before = long.MaxValue;
        while (true)
        {
            var page = await Subject.ReadBeforeAsync("t", policy, before, 10);
            if (page.Publications.Count == 0)
            {
                break;
            }
            Assert.False(page.Recovered);
            Assert.Equal(page.Publications[0].Offset - 1, page.Start.Offset);
            pages.InsertRange(0, page.Publications.Select(Value));
            before = page.Publications[0].Offset;
        }

        Assert.Equal(Enumerable.Range(16, 25).Select(static number => (long)number), pages);
        Assert.Empty((await Subject.ReadBeforeAsync("t", policy, 16, 10)).Publications);
        Assert.Equal([16L], (await Subject.ReadBeforeAsync("t", policy, 17, 10)).Publications.Select(Value));
        Assert.Empty((await Subject.ReadBeforeAsync("nobody", policy, long.MaxValue, 10)).Publications);
    }

    [Fact]
    public async Task Any_reader_gets_all_behind_its_place_or_is_told_that_it_cannot()
    {
        // Against a model that keeps everything: random publishes, waits, resumes from random places, and pages.
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var topic = $"t{seed}";
            var policy = new HistoryPolicy(random.Next(1, 40), random.Next(2) == 0 ? null : TimeSpan.FromSeconds(10));
            var all = new List<DateTimeOffset>();
            // A subscriber keeps the numbering alive through times in which all has expired.
            await using var subscription = await Subject.SubscribeAsync(topic, static _ => { });
            var epoch = (await TopAsync(topic)).Epoch;
            for (var step = 0; step < 200; step++)
            {
                switch (random.Next(6))
                {
                    case 0:
                        Advance(TimeSpan.FromSeconds(random.Next(5)));
                        break;
                    case 1 or 2:
                        all.Add(Time.GetUtcNow());
                        Assert.Equal(all.Count, await PublishAsync(all.Count, topic, policy));
                        break;
                    case 3:
                        var since = random.Next(all.Count + 2);
                        var page = await ResumeAsync(new StreamPosition(epoch, since), policy, topic);
                        var isWhole = since <= all.Count && all.Count - since <= Kept();
                        Assert.True(isWhole == page.Recovered, $"seed {seed}, step {step}: a resume from {since} of {all.Count}");
                        Assert.Equal(new StreamPosition(epoch, isWhole ? since : all.Count), page.Start);
                        Assert.Equal(isWhole ? Numbers(since, all.Count) : [], page.Publications.Select(Value));
                        break;
                    case 4:
                        var newest = random.Next(50);
                        page = await Subject.ReadAsync(topic, policy, since: null, newest);
                        var first = all.Count - Math.Min(newest, Kept());
                        Assert.Equal(new StreamPosition(epoch, first), page.Start);
                        Assert.Equal(Numbers(first, all.Count), page.Publications.Select(Value));
                        break;
                    default:
                        var before = random.Next(1, all.Count + 3);
                        var limit = random.Next(1, 20);
                        page = await Subject.ReadBeforeAsync(topic, policy, before, limit);
                        var end = Math.Min(before - 1, all.Count);
                        first = Math.Max(all.Count - Kept(), end - limit);
                        Assert.Equal(Numbers(Math.Min(first, end), end), page.Publications.Select(Value));
                        break;
                }
            }

            int Kept()
            {
                var young = policy.TimeToLive is { } limit ? all.AsEnumerable().Reverse().TakeWhile(at => Time.GetUtcNow() - at < limit).Count() : all.Count;
                return Math.Min(policy.Size, young);
            }
        }

        static IEnumerable<long> Numbers(int after, int to) => Enumerable.Range(after + 1, to - after).Select(static number => (long)number);
    }
}

using Realtime.Conformance.Backplane;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Backplane;

public sealed class InMemoryBackplaneTests : BackplaneConformance
{
    private readonly ManualTimeProvider _time = new();

    protected override TimeProvider Time => _time;

    protected override IBackplane CreateBackplane(IdempotencyWindow keys) => new InMemoryBackplane(_time, keys);

    protected override void Advance(TimeSpan by) => _time.Advance(by);

    [Fact]
    public async Task A_topic_that_has_expired_is_forgotten_though_nobody_touches_it()
    {
        var memory = (InMemoryBackplane)Subject;
        var policy = new HistoryPolicy(10, TimeSpan.FromSeconds(30));
        await PublishAsync(history: policy);
        Assert.Equal(1, memory.StreamCount);

        Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(0, memory.StreamCount);
    }

    [Fact]
    public async Task A_topic_without_a_time_limit_is_forgotten_after_a_day_without_anybody()
    {
        var memory = (InMemoryBackplane)Subject;
        await PublishAsync();
        var top = await TopAsync();
        Advance(TimeSpan.FromHours(23));
        Assert.Equal(1, memory.StreamCount);
        Assert.Equal(top, await TopAsync());
        Advance(TimeSpan.FromHours(23));
        Assert.Equal(1, memory.StreamCount);
        var subscription = await Subject.SubscribeAsync("t", static _ => { });
        Advance(TimeSpan.FromHours(50));
        Assert.Equal(top, await TopAsync());
        await subscription.DisposeAsync();

        Advance(TimeSpan.FromHours(25));

        Assert.Equal(0, memory.StreamCount);
        await PublishManyAsync(3);
        Assert.False((await ResumeAsync(top)).Recovered);
    }

    [Fact]
    public async Task Keys_that_have_expired_take_no_memory_and_neither_do_topics_that_only_had_a_key()
    {
        var memory = (InMemoryBackplane)Subject;
        await Subject.PublishAsync("t", "e", Data(1), history: null, "a");
        Assert.Equal((0, 1), (memory.StreamCount, memory.KeyCount));

        Advance(TimeSpan.FromHours(25));

        Assert.Equal(0, memory.KeyCount);
    }

    [Fact]
    public async Task A_topic_that_nobody_hears_and_that_keeps_nothing_takes_no_memory()
    {
        var memory = (InMemoryBackplane)Subject;
        var subscription = await Subject.SubscribeAsync("t", static _ => { });
        var place = await TopAsync();
        await subscription.DisposeAsync();
        await Subject.PublishAsync("u", "e", Data(1), history: null);

        Assert.Equal(0, memory.StreamCount);
        Assert.True((await ResumeAsync(place)).Recovered);
    }
}

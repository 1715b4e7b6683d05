namespace Realtime.Sockets.Tests.Topics;

public sealed class BacklogTests
{
    private readonly DropCounters _drops = new();

    [Fact]
    public void The_oldest_are_dropped_until_there_is_room()
    {
        var backlog = new Backlog<string>(SlowConsumerPolicy.DropOldest, _drops);
        for (var index = 1; index <= 5; index++)
        {
            Assert.True(backlog.TryAdd($"{index}", 10, index, key: null, room: 30));
        }

        Assert.True(backlog.TryTakeDropped(out var count, out var offset));
        Assert.Equal((2, 2), (count, offset));
        Assert.False(backlog.TryTakeDropped(out _, out _));
        Assert.Equal(["3", "4", "5"], TakeAll(backlog));
        Assert.Equal((2, 0), (_drops.DroppedOldest, _drops.Conflated));
    }

    [Fact]
    public void The_newest_is_taken_whatever_its_size()
    {
        var backlog = new Backlog<string>(SlowConsumerPolicy.DropOldest, _drops);
        backlog.TryAdd("small", 1, 1, key: null, room: 10);

        Assert.True(backlog.TryAdd("large", 100, 2, key: null, room: 10));

        Assert.Equal(100, backlog.Size);
        Assert.Equal(["large"], TakeAll(backlog));
    }

    [Fact]
    public void Of_each_key_the_newest_is_kept_in_the_order_of_the_offsets()
    {
        var backlog = new Backlog<string>(SlowConsumerPolicy.Conflate, _drops);
        string?[] keys = ["a", "b", null, "a", "c", "b", null];
        for (var index = 1; index <= keys.Length; index++)
        {
            Assert.True(backlog.TryAdd($"{keys[index - 1]}{index}", 1, index, keys[index - 1], room: 100));
        }

        Assert.True(backlog.TryTakeDropped(out var count, out var offset));
        Assert.Equal((2, 2), (count, offset));
        Assert.Equal(["3", "a4", "c5", "b6", "7"], TakeAll(backlog));
        Assert.Equal((0, 2), (_drops.DroppedOldest, _drops.Conflated));
        Assert.True(backlog.IsEmpty);
        Assert.Equal(0, backlog.Size);
    }

    [Fact]
    public void What_may_not_be_dropped_does_not_fit_in_the_end()
    {
        var backlog = new Backlog<string>(SlowConsumerPolicy.Conflate, _drops);

        Assert.True(backlog.TryAdd("a", 10, 1, "a", room: 20));
        Assert.True(backlog.TryAdd("b", 10, 2, "b", room: 20));
        Assert.True(backlog.TryAdd("a", 10, 3, "a", room: 20));
        Assert.False(backlog.TryAdd("c", 10, 4, "c", room: 20));
    }

    private static List<string> TakeAll(Backlog<string> backlog)
    {
        var taken = new List<string>();
        while (backlog.TryTake(out var item, out _))
        {
            taken.Add(item);
        }
        return taken;
    }
}

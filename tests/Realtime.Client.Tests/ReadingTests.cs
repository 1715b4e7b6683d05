namespace Realtime.Client.Tests;

public sealed class ReadingTests
{
    private readonly WatchedTime _time = new();

    [Fact]
    public async Task What_nobody_reads_yet_waits_for_the_first_who_does()
    {
        await using var server = new ScriptedServer();
        var (peer, room) = await TopicTests.JoinAsync(server.NewClient(_time), server, "room");
        await SayAsync(peer, room, "a", 1, 3);
        await SayAsync(peer, room, "b", 1, 3);

        Assert.Equal([1, 2, 3], await room.On<int>("b").TakeAsync(3));
        Assert.Equal([1], await room.On<int>("a").TakeAsync(1));
        Assert.Equal(["a 2", "a 3"], room.Unread.Select(static item => item.ToString()));
        Assert.Equal([2, 3], await room.On<int>("a").TakeAsync(2));
        Assert.Empty(room.Unread);
    }

    [Fact]
    public async Task Everybody_who_reads_gets_every_event()
    {
        await using var server = new ScriptedServer();
        var (peer, room) = await TopicTests.JoinAsync(server.NewClient(_time), server, "room");
        var readers = Enumerable.Range(0, 5).Select(_ => room.On<int>("n").TakeAsync(3)).ToArray();
        var all = room.Events.TakeAsync(4);

        await SayAsync(peer, room, "n", 1, 2);
        await SayAsync(peer, room, "m", 7, 7);
        await SayAsync(peer, room, "n", 3, 3);

        Assert.All(await Task.WhenAll(readers).Soon(), static numbers => Assert.Equal([1, 2, 3], numbers));
        Assert.Equal([1, 2, 7, 3], (await all.Soon()).Select(static item => item.DataAs<int>()));
        Assert.Empty(room.Unread);
    }

    [Fact]
    public async Task A_reader_who_is_too_slow_gets_its_buffer_and_an_error_and_may_go_on_from_there()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time, new RealtimeClientOptions { EventBuffer = 4, Random = static () => 0.5 });
        var (peer, room) = await TopicTests.JoinAsync(client, server, "room");
        var slow = room.On<int>("n").GetAsyncEnumerator();
        var first = slow.MoveNextAsync();
        await SayAsync(peer, room, "n", 0, 7);

        Assert.True(await first);
        var read = new List<int> { slow.Current };
        var error = await Assert.ThrowsAsync<RealtimeException>(async () =>
        {
            while (await slow.MoveNextAsync())
            {
                read.Add(slow.Current);
            }
        });

        Assert.Equal("too_slow", error.Code);
        Assert.Equal(Enumerable.Range(0, read.Count), read);
        Assert.InRange(read.Count, 4, 5);
        Assert.Equal(Enumerable.Range(read.Count, 8 - read.Count), await room.On<int>("n").TakeAsync(8 - read.Count));
        Assert.Equal(0, room.Dropped);
    }

    [Fact]
    public async Task A_slow_reader_may_ask_for_the_newest_instead()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time, new RealtimeClientOptions { EventBuffer = 4, SlowReader = SlowReaderPolicy.DropOldest, Random = static () => 0.5 });
        var (peer, room) = await TopicTests.JoinAsync(client, server, "room");
        await SayAsync(peer, room, "n", 0, 9);

        Assert.Equal([6, 7, 8, 9], await room.On<int>("n").TakeAsync(4));
        Assert.Equal(6, room.Dropped);
    }

    [Fact]
    public async Task A_reader_is_ended_by_its_token_and_the_rest_waits_for_the_next()
    {
        await using var server = new ScriptedServer();
        var (peer, room) = await TopicTests.JoinAsync(server.NewClient(_time), server, "room");
        using var cancel = new CancellationTokenSource();
        var reading = ReadAllAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Soon());

        await SayAsync(peer, room, "n", 1, 1);

        Assert.Equal([1], await room.On<int>("n").TakeAsync(1));

        async Task ReadAllAsync()
        {
            await foreach (var _ in room.On<int>("n", cancel.Token))
            {
            }
        }
    }

    [Fact]
    public async Task Data_of_another_type_is_an_error_that_names_it()
    {
        await using var server = new ScriptedServer();
        var (peer, room) = await TopicTests.JoinAsync(server.NewClient(_time), server, "room");
        await peer.EventAsync("room", "n", "seven");

        var error = await Assert.ThrowsAsync<RealtimeException>(() => room.On<int>("n").TakeAsync(1));

        Assert.Equal("bad_data", error.Code);
        Assert.Contains("Int32", error.Message);
    }

    // The reply to a call behind them shows that they have been read.
    private static async Task SayAsync(ScriptedPeer peer, JoinedTopic room, string name, int first, int last)
    {
        for (var number = first; number <= last; number++)
        {
            await peer.EventAsync("room", name, number);
        }
        var call = room.SendAsync("sync");
        await peer.OkAsync(await peer.TakeAsync("event"));
        await call.Soon();
    }
}

using Realtime;

var app = new App();
// The one publisher sends far more than a person does; the peers have no such limit.
app.Topics.Options = app.Topics.Options with { MessageBurst = 1_000_000, MessagesPerSecond = 1_000_000 };

app.Topic("ticks:{n}", ticks =>
{
    ticks.On("publish", (Member member, Tick tick) => member.Topic.PublishAsync("tick", tick));
    ticks.On("echo", (Tick tick) => tick);
});

// People who come and go: in rooms that stay, with history, and in rooms that nobody enters again. The counters must add up.
var counts = new Counts();
app.Topic("churn:{n}", room =>
{
    room.History(size: 100);
    Count(room);
});
app.Topic("brief:{name}", Count);
app.Get("/stats", () =>
{
    // Only what is held counts.
    for (var turn = 0; turn < 2; turn++)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
    }
    return new
    {
        counts.Joined,
        counts.Left,
        counts.Said,
        Heap = GC.GetTotalMemory(forceFullCollection: true),
        Handles = Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0,
        Threads = ThreadPool.ThreadCount,
    };
});

app.WebSocket("/echo", async (Socket socket) =>
{
    await foreach (var message in socket.ReadAllAsync())
    {
        await socket.SendAsync(message);
    }
});

return await app.RunAsync(args);

void Count(TopicBuilder room)
{
    room.Presence();
    room.OnJoin((Member member, Join join) =>
    {
        member.User = join.User;
        Interlocked.Increment(ref counts.Joined);
    });
    room.OnLeave((Member _) => Interlocked.Increment(ref counts.Left));
    room.On("publish", (Member member, Tick tick) =>
    {
        Interlocked.Increment(ref counts.Said);
        return member.Topic.PublishAsync("tick", tick);
    });
}

sealed record Tick(string Text);

sealed record Join(string User);

sealed class Counts
{
    public long Joined;
    public long Left;
    public long Said;
}

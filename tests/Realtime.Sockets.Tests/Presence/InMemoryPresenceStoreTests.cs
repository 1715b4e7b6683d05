using Realtime.Conformance.Presence;

namespace Realtime.Sockets.Tests.Presence;

public sealed class InMemoryPresenceStoreTests : PresenceStoreConformance
{
    protected override IPresenceStore CreateStore() => new InMemoryPresenceStore();

    [Fact]
    public async Task A_topic_that_nobody_is_in_or_watches_takes_no_memory()
    {
        var store = new InMemoryPresenceStore();
        store.Set("room:a", new PresenceRecord("a", null, default));
        var watch = await store.WatchAsync("room:a", static _ => { });
        store.Remove("room:a", "a", hasLeft: true);
        Assert.Equal(1, store.TopicCount);

        await watch.DisposeAsync();
        store.Remove("room:b", "a", hasLeft: true);
        await store.ReadAsync("room:c");

        Assert.Equal(0, store.TopicCount);
    }
}

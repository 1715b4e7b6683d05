using System.Text;
using Realtime.Sockets;
using Xunit;

namespace Realtime.Conformance.Presence;

/// <summary>What every presence store promises. Inherit it, and return a new, empty store.</summary>
public abstract class PresenceStoreConformance
{
    private const string Topic = "room:a";

    /// <summary>Makes a new, empty store.</summary>
    protected abstract IPresenceStore CreateStore();

    /// <summary>Waits until what was set and removed is known to readers and watchers.</summary>
    protected virtual Task SettleAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_reader_finds_the_newest_of_each_connection_in_the_order_in_which_they_were_set()
    {
        var store = CreateStore();
        store.Set(Topic, Record("a", "Ada", "1"));
        store.Set(Topic, Record("b", "Alan"));
        store.Set("room:b", Record("c", "Grace"));
        store.Set(Topic, Record("a", "Ada", "2"));
        await SettleAsync();

        var records = await store.ReadAsync(Topic);

        Assert.Equal(["b Alan ", "a Ada 2"], records.Select(Text));
        Assert.Empty(await store.ReadAsync("room:c"));
    }

    [Fact]
    public async Task Whoever_is_removed_is_gone_and_to_remove_nobody_is_no_fault()
    {
        var store = CreateStore();
        store.Set(Topic, Record("a", "Ada"));
        store.Remove(Topic, "b", hasLeft: true);
        store.Remove("room:b", "a", hasLeft: true);
        store.Remove(Topic, "a", hasLeft: true);
        store.Remove(Topic, "a", hasLeft: true);
        await SettleAsync();

        Assert.Empty(await store.ReadAsync(Topic));
    }

    [Fact]
    public async Task A_watch_tells_who_is_here_and_then_every_change_in_order()
    {
        var store = CreateStore();
        store.Set(Topic, Record("a", "Ada"));
        store.Set(Topic, Record("b", "Alan"));
        await SettleAsync();
        var told = new List<string>();
        await using (await store.WatchAsync(Topic, change => told.Add($"{change.State} {Text(change.Record)}")))
        {
            Assert.Equal(["Here a Ada ", "Here b Alan "], told);
            store.Set(Topic, Record("a", "Ada", "1"));
            store.Set("room:b", Record("c", "Grace"));
            store.Remove(Topic, "a", hasLeft: false);
            store.Remove(Topic, "b", hasLeft: true);
            store.Remove(Topic, "b", hasLeft: true);
            await SettleAsync();
            Assert.Equal(["Here a Ada 1", "Lost a Ada 1", "Left b Alan "], told[2..]);
        }
        store.Set(Topic, Record("d", "Edsger"));
        await SettleAsync();

        Assert.Equal(5, told.Count);
    }

    [Fact]
    public async Task Every_watch_hears_the_same_however_many_set_at_once()
    {
        var store = CreateStore();
        List<string> one = [], other = [];
        await using var first = await store.WatchAsync(Topic, change => one.Add($"{change.State} {Text(change.Record)}"));
        await using var second = await store.WatchAsync(Topic, change => other.Add($"{change.State} {Text(change.Record)}"));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
        {
            for (var index = 0; index < 100; index++)
            {
                store.Set(Topic, Record($"{writer}", $"user {writer}", $"{index}"));
            }
            store.Remove(Topic, $"{writer}", hasLeft: true);
        })));
        await SettleAsync();

        Assert.Equal(one, other);
        Assert.Equal(8, one.Count(static text => text.StartsWith("Left", StringComparison.Ordinal)));
        Assert.Empty(await store.ReadAsync(Topic));
    }

    private static PresenceRecord Record(string id, string? user, string data = "") => new(id, user, new EventData(Encoding.UTF8.GetBytes(data)));

    private static string Text(PresenceRecord record) => $"{record.Id} {record.User} {Encoding.UTF8.GetString(record.Data.Json.Span)}";
}

using System.Threading.Channels;

namespace Realtime.Client.Tests;

/// <summary>Tells a test what a client does, and when.</summary>
internal static class Watch
{
    /// <summary>The states that a client enters from now on.</summary>
    public static ChannelReader<RealtimeClientStateChange> States(this RealtimeClient client)
    {
        var states = Channel.CreateUnbounded<RealtimeClientStateChange>();
        client.StateChanged += (_, change) => states.Writer.TryWrite(change);
        return states.Reader;
    }

    /// <summary>Reads up to a state.</summary>
    public static async Task<RealtimeClientStateChange> UntilAsync(this ChannelReader<RealtimeClientStateChange> states, RealtimeClientState state)
    {
        using var limit = new CancellationTokenSource(ScriptedServer.Patience);
        while (true)
        {
            var change = await states.ReadAsync(limit.Token);
            if (change.State == state)
            {
                return change;
            }
        }
    }

    public static async Task<T> Soon<T>(this Task<T> task) => await task.WaitAsync(ScriptedServer.Patience);

    public static async Task Soon(this Task task) => await task.WaitAsync(ScriptedServer.Patience);

    /// <summary>The code that a call fails with.</summary>
    public static async Task<string> CodeAsync(this Task task) => (await Assert.ThrowsAsync<RealtimeException>(() => task.WaitAsync(ScriptedServer.Patience))).Code;

    /// <summary>The first items of a sequence.</summary>
    public static async Task<List<T>> TakeAsync<T>(this IAsyncEnumerable<T> sequence, int count)
    {
        using var limit = new CancellationTokenSource(ScriptedServer.Patience);
        var items = new List<T>();
        await foreach (var item in sequence.WithCancellation(limit.Token))
        {
            items.Add(item);
            if (items.Count == count)
            {
                break;
            }
        }
        return items;
    }
}

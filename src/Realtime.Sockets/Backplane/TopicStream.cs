namespace Realtime.Sockets;

/// <summary>One topic in memory: who hears it and what is kept of it. Everything happens under its lock.</summary>
/// <param name="epoch">The name of its numbering.</param>
/// <param name="now">The time, a timestamp.</param>
internal sealed class TopicStream(string epoch, long now)
{
    public Lock Gate { get; } = new();

    public History History { get; } = new(epoch);

    /// <summary>How much is kept, as the last one to publish or read said; null where nobody did.</summary>
    public HistoryPolicy? Policy { get; set; }

    public Action<Publication>[] Subscribers { get; private set; } = [];

    /// <summary>When somebody last published, read, subscribed or went.</summary>
    public long TouchedAt { get; set; } = now;

    /// <summary>Whether it was taken out of the backplane: whoever still has it in hand gets another one.</summary>
    public bool IsForgotten { get; set; }

    public void Add(Action<Publication> deliver) => Subscribers = [.. Subscribers, deliver];

    public void Remove(Action<Publication> deliver)
    {
        var index = Array.IndexOf(Subscribers, deliver);
        if (index >= 0)
        {
            Subscribers = [.. Subscribers[..index], .. Subscribers[(index + 1)..]];
        }
    }

    public void RemoveAll() => Subscribers = [];
}

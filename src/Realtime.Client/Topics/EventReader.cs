using System.Threading.Channels;

namespace Realtime;

/// <summary>One reader of a topic's events, with what it has not read yet.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly Inbox _inbox;
    private readonly string? _name;
    private readonly Channel<Arrival> _unread;

    /// <summary>Makes a reader.</summary>
    /// <param name="inbox">What it reads from.</param>
    /// <param name="name">The name of the events it wants; null for all.</param>
    /// <param name="limit">How many events it may be behind.</param>
    public EventReader(Inbox inbox, string? name, int limit)
    {
        _inbox = inbox;
        _name = name;
        _unread = Channel.CreateBounded<Arrival>(new BoundedChannelOptions(limit) { SingleReader = false });
    }

    /// <summary>Whether this reader wants an event.</summary>
    public bool Wants(ReceivedEvent item) => _name is null || (!item.IsReset && string.Equals(_name, item.Name, StringComparison.Ordinal));

    /// <summary>Gives it an event. Called under the inbox's lock.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryAdd(Arrival arrival) => _unread.Writer.TryWrite(arrival);

    /// <summary>Waits until there is something to read.</summary>
    /// <returns>False when there never will be.</returns>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _unread.Reader.WaitToReadAsync(cancellationToken);

    public bool TryRead(out Arrival arrival) => _unread.Reader.TryRead(out arrival);

    /// <summary>Ends it behind what it has; null for an end without a fault.</summary>
    public void Complete(Exception? exception) => _unread.Writer.TryComplete(exception);

    /// <summary>Gives back what it has not read.</summary>
    public void Dispose() => _inbox.Remove(this);
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Realtime.Sockets;

/// <summary>A piece of the app's own code that hears a topic, through a bounded queue; when that is full the topic's policy for slow readers applies.</summary>
/// <param name="topic">The topic.</param>
/// <param name="app">The app.</param>
internal sealed class TopicSubscriber(Topic topic, App app)
{
    private const int Capacity = 1024;

    private readonly Lock _gate = new();
    private readonly SlowConsumer _policy = topic.Definition.SlowConsumer;
    private readonly Backlog<Publication> _waiting = new(topic.Definition.SlowConsumer.Policy, SocketHost.Of(app).Drops);
    // Wake-ups may merge: what waits is the truth.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private bool _isTooSlow;

    /// <summary>Gives event after event.</summary>
    /// <exception cref="TopicError">It was too slow.</exception>
    public async IAsyncEnumerable<Publication> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            while (TryTake(out var publication))
            {
                yield return publication;
            }
        }
        while (await _wake.Reader.WaitToReadAsync(cancellationToken) && _wake.Reader.TryRead(out _));
    }

    /// <summary>Queues an event; where it does not fit and nothing may be dropped, the subscription is ended, as a slow client's connection is.</summary>
    public void Deliver(Publication publication)
    {
        var key = _policy.Policy == SlowConsumerPolicy.Conflate ? KeyOf(publication) : null;
        lock (_gate)
        {
            if (_isTooSlow)
            {
                return;
            }
            if (!_waiting.TryAdd(publication, 1, publication.Offset, key, Capacity))
            {
                _isTooSlow = true;
                _wake.Writer.TryComplete(new TopicError(
                    "too_slow", $"This subscriber of '{publication.Topic}' was {Capacity} events behind: read faster, or subscribe again."));
                return;
            }
        }
        _wake.Writer.TryWrite(true);
    }

    private bool TryTake([MaybeNullWhen(false)] out Publication publication)
    {
        lock (_gate)
        {
            return _waiting.TryTake(out publication, out _);
        }
    }

    private string? KeyOf(Publication publication)
    {
        try
        {
            return _policy.KeyOf(publication, app);
        }
        catch (Exception exception)
        {
            SocketLog.ConflationKeyFailed(SocketHost.Of(app).Logger, exception, publication.Topic, publication.Name);
            return null;
        }
    }
}

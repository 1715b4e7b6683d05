using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Realtime.Sockets;

/// <summary>A piece of the app's own code that hears a topic, through a bounded queue.</summary>
/// <param name="app">The app.</param>
/// <param name="policy">What is done when the queue is full.</param>
internal sealed class TopicSubscriber(App app, SlowConsumer policy)
{
    /// <summary>The code of the error that ends it.</summary>
    public const string TooSlow = "too_slow";

    private const int Capacity = 1024;

    private readonly Lock _gate = new();
    private readonly Backlog<Publication> _waiting = new(policy.Policy, SocketHost.Of(app).Drops);
    // Wake-ups may merge: what waits is the truth.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private bool _isTooSlow;

    /// <summary>Gives event after event, each with how many were left out before it.</summary>
    /// <exception cref="TopicError">It was too slow.</exception>
    public async IAsyncEnumerable<(Publication Publication, int Dropped)> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            while (TryTake(out var publication, out var dropped))
            {
                yield return (publication, dropped);
            }
        }
        while (await _wake.Reader.WaitToReadAsync(cancellationToken) && _wake.Reader.TryRead(out _));
    }

    /// <summary>Queues an event; where it does not fit and nothing may be dropped, the subscription is ended, as a slow client's connection is.</summary>
    public void Deliver(Publication publication)
    {
        var key = policy.Policy == SlowConsumerPolicy.Conflate ? KeyOf(publication) : null;
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
                    TooSlow, $"This subscriber of '{publication.Topic}' was {Capacity} events behind: read faster, or subscribe again."));
                return;
            }
        }
        _wake.Writer.TryWrite(true);
    }

    private bool TryTake([MaybeNullWhen(false)] out Publication publication, out int dropped)
    {
        lock (_gate)
        {
            dropped = 0;
            if (!_waiting.TryTake(out publication, out _))
            {
                return false;
            }
            _waiting.TryTakeDropped(out dropped, out _);
            return true;
        }
    }

    private string? KeyOf(Publication publication)
    {
        try
        {
            return policy.KeyOf(publication, app);
        }
        catch (Exception exception)
        {
            SocketLog.ConflationKeyFailed(SocketHost.Of(app).Logger, exception, publication.Topic, publication.Name);
            return null;
        }
    }
}

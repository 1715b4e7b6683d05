using System.Threading.Channels;

namespace Realtime.Sockets;

/// <summary>A piece of the app's own code that hears a topic, through a bounded queue.</summary>
internal sealed class TopicSubscriber
{
    private const int Capacity = 1024;

    private readonly Channel<Publication> _channel = Channel.CreateBounded<Publication>(new BoundedChannelOptions(Capacity)
    {
        SingleReader = true,
        SingleWriter = true,
    });

    public ChannelReader<Publication> Reader => _channel.Reader;

    /// <summary>Queues an event; a full queue ends the subscription, as a slow client's connection is ended.</summary>
    public void Deliver(Publication publication)
    {
        if (!_channel.Writer.TryWrite(publication))
        {
            _channel.Writer.TryComplete(new TopicError(
                "too_slow", $"This subscriber of '{publication.Topic}' was {Capacity} events behind: read faster, or subscribe again."));
        }
    }
}

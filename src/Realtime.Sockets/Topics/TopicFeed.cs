using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>A topic as the app's own code hears it, and as the viewers of its server-sent events do.</summary>
/// <param name="topics">The app's topics.</param>
/// <param name="topic">The topic, or what stands for a wildcard.</param>
/// <param name="since">Where the reader was; null for one that is new.</param>
/// <param name="newest">How many of the newest kept events a new reader gets first.</param>
/// <param name="slowConsumer">What is done when the reader is too far behind; null for what the topic does with slow members.</param>
/// <param name="subscribed">Ends it, beside the token of whoever reads.</param>
internal sealed class TopicFeed(Topics topics, Topic topic, StreamPosition? since, int newest, SlowConsumer? slowConsumer, CancellationToken subscribed)
    : IAsyncEnumerable<TopicEvent>, IResumableEvents
{
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromSeconds(1);

    // No epoch has this name: who was there has lost its place.
    private static readonly StreamPosition Nowhere = new("", 0);

    private readonly bool _isWildcard = TopicWildcard.IsWildcard(topic.Name);

    public IAsyncEnumerator<TopicEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        topics.HearAsync(topic, since, newest, slowConsumer, subscribed).GetAsyncEnumerator(cancellationToken);

    public async IAsyncEnumerable<ServerEvent> ReadFrom(string? lastEventId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = await FindStartAsync(lastEventId, cancellationToken);
        // A viewer that is cut off before the first event has a place to come back to, too.
        yield return new ServerEvent(null) { Id = lastEventId is null ? Place(start) : null, Retry = Retry() };
        await using var events = topics.HearAsync(topic, start, 0, slowConsumer, subscribed).GetAsyncEnumerator(cancellationToken);
        while (await MoveAsync(events))
        {
            var heard = events.Current;
            if (heard.Dropped > 0)
            {
                yield return Notice("dropped", new { topic = heard.Topic, count = heard.Dropped }, null);
            }
            yield return heard.IsReset
                ? Notice("reset", new { topic = heard.Topic, epoch = heard.Epoch, offset = heard.Offset }, heard.Position)
                : new ServerEvent(_isWildcard ? Named(heard) : heard.Data) { Event = heard.Name, Id = _isWildcard ? null : Place(heard.Position) };
        }
    }

    // A viewer of several topics must know which of them spoke, and an event of a stream has no field for it.
    private static ReadOnlyMemory<byte> Named(TopicEvent heard)
    {
        var buffer = new ArrayBufferWriter<byte>(heard.Data.Length + 64);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("topic"u8, heard.Topic);
        json.WritePropertyName("data"u8);
        json.WriteRawValue(heard.Data.Span, skipInputValidation: true);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static string? Place(StreamPosition? position) => position is { } place ? EventPlace.Write(place) : null;

    private static ServerEvent Notice<T>(string name, T data, StreamPosition? position) => new(JsonSerializer.SerializeToElement(data))
    {
        Event = name,
        Id = Place(position),
    };

    // Too slow: the viewer comes back by itself, and goes on where it was.
    private static async ValueTask<bool> MoveAsync(IAsyncEnumerator<TopicEvent> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (TopicError error) when (error.Code == TopicSubscriber.TooSlow)
        {
            return false;
        }
    }

    // Each at a time of its own, so that the viewers of a server that starts again do not all come at once.
    private TimeSpan Retry() => ShortestRetry + (topics.Options.ReconnectWindow * Random.Shared.NextDouble());

    private async ValueTask<StreamPosition?> FindStartAsync(string? lastEventId, CancellationToken cancellationToken)
    {
        // Where a viewer was in one of the topics that a wildcard stands for says nothing of the others.
        if (_isWildcard || topic.Definition.History is not { } history)
        {
            return null;
        }
        if (lastEventId is not null)
        {
            return EventPlace.Read(lastEventId) ?? Nowhere;
        }
        return since ?? (await topics.Backplane.ReadAsync(topic.Name, history, since: null, newest, cancellationToken)).Start;
    }
}

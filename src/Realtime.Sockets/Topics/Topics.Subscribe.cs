using System.Runtime.CompilerServices;
using Realtime.Sockets;

namespace Realtime;

/// <summary>Topics heard by the app's own code.</summary>
public sealed partial class Topics
{
    /// <summary>Hears a topic, or by a wildcard such as <c>room:*</c> every topic that it matches: as an endless sequence of events, in order.</summary>
    /// <remarks>
    /// A reader may be 1,024 events behind; then its policy applies. With <see cref="SlowConsumer.Disconnect"/> the sequence ends, with a <see cref="TopicError"/> with
    /// the code <c>too_slow</c>: go on from the last event's <see cref="TopicEvent.Position"/>. With the others events are left out, and <see cref="TopicEvent.Dropped"/> says
    /// so. What was sent to one member or user is not heard. Given to <see cref="Response.Events{T}"/> it lets browsers hear the topic, and go on behind what they have where
    /// the topic keeps a history.
    /// </remarks>
    /// <param name="topic">The topic's full name, or a wildcard.</param>
    /// <param name="since">
    /// Where the reader was, for a topic with history: every event behind it comes first. Where the server no longer has them all, a
    /// <see cref="TopicEvent.IsReset"/> comes instead. Null to begin now.
    /// </param>
    /// <param name="history">For a reader that is new (<paramref name="since"/> is null): how many of the newest kept events come first.</param>
    /// <param name="slowConsumer">What is done when this reader is too far behind; null for what the topic does with slow members.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">No pattern of the app matches the name; or a wildcard is to begin in the past, of which it has none.</exception>
    public IAsyncEnumerable<TopicEvent> Subscribe(
        string topic, StreamPosition? since = null, int history = 0, SlowConsumer? slowConsumer = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        ArgumentOutOfRangeException.ThrowIfNegative(history);
        if (!TopicWildcard.IsWildcard(topic))
        {
            return new TopicFeed(this, Require(topic), since, history, slowConsumer, cancellationToken);
        }
        if (since is not null || history > 0)
        {
            throw new ArgumentException($"'{topic}' is a wildcard, which has no history: subscribe from now, or to one topic.", nameof(topic));
        }
        var all = MatchWildcard(topic) ?? throw new ArgumentException($"No topic can be heard by '{topic}': it matches no pattern of the app.", nameof(topic));
        return new TopicFeed(this, all, null, 0, slowConsumer, cancellationToken);
    }

    internal async IAsyncEnumerable<TopicEvent> HearAsync(
        Topic topic, StreamPosition? since, int newest, SlowConsumer? slowConsumer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var audience = await Audiences.EnterAsync(topic, cancellationToken);
        var subscriber = new TopicSubscriber(_app, slowConsumer ?? topic.Definition.SlowConsumer);
        audience.Add(subscriber);
        try
        {
            // Whatever is published meanwhile waits in the subscriber.
            StreamPosition? seen = null;
            if (since is not null && topic.Definition.History is null)
            {
                yield return new TopicEvent(topic.Name, null);
            }
            else if (topic.Definition.History is { } policy && (since is not null || newest > 0))
            {
                var page = await Backplane.ReadAsync(topic.Name, policy, since, newest, cancellationToken);
                if (since is not null && !page.Recovered)
                {
                    yield return new TopicEvent(topic.Name, page.Start);
                }
                foreach (var publication in page.Publications)
                {
                    yield return new TopicEvent(publication, _app.Json);
                }
                seen = page.Start with { Offset = page.Start.Offset + page.Publications.Count };
            }
            await foreach (var (publication, dropped) in subscriber.ReadAllAsync(cancellationToken))
            {
                if (seen is not { } position || publication.Epoch != position.Epoch || publication.Offset > position.Offset)
                {
                    yield return new TopicEvent(publication, _app.Json, dropped);
                }
            }
        }
        finally
        {
            audience.Remove(subscriber);
            await Audiences.LeaveAsync(audience);
        }
    }
}

namespace Realtime;

/// <summary>A page of a topic's history.</summary>
/// <param name="Epoch">Names the numbering of the events.</param>
/// <param name="Events">The events, the oldest first.</param>
/// <param name="HasMore">Whether older ones are kept: ask for those before the first of these.</param>
public sealed record PastEvents(string Epoch, IReadOnlyList<ReceivedEvent> Events, bool HasMore);

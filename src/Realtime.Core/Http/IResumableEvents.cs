namespace Realtime;

/// <summary>A stream that can go on behind an event that its viewer has, for <see cref="Response.Events{T}"/>.</summary>
/// <remarks>
/// A stream given to <see cref="Response.Events{T}"/> that is one of these is read through <see cref="ReadFrom"/> alone. What <c>app.Topics.Subscribe(...)</c> gives is one.
/// </remarks>
public interface IResumableEvents
{
    /// <summary>Reads the events behind one that the viewer has.</summary>
    /// <param name="lastEventId">
    /// The <see cref="ServerEvent.Id"/> that the viewer saw last, as it sends it back in <c>Last-Event-ID</c>; null for a viewer that is new. It comes from outside: it may be
    /// anything.
    /// </param>
    /// <param name="cancellationToken">Fires when the stream is to end.</param>
    /// <returns>The events, each once; where some are missing, an event that says so comes first.</returns>
    IAsyncEnumerable<ServerEvent> ReadFrom(string? lastEventId, CancellationToken cancellationToken);
}

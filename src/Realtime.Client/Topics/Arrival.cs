namespace Realtime;

/// <summary>An event as it came in.</summary>
/// <param name="Number">Counts what came in, so that what is put back finds its place.</param>
/// <param name="Event">The event.</param>
/// <param name="IsShared">Whether several readers got it, so that none need put it back.</param>
internal readonly record struct Arrival(long Number, ReceivedEvent Event, bool IsShared);

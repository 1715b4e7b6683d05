namespace Realtime.Benchmarks.Running;

/// <summary>How the load generator speaks to a contender.</summary>
/// <param name="Protocol">Its <c>--protocol</c>.</param>
/// <param name="Path">Where topics (groups, rooms) are.</param>
/// <param name="Publish">The event that publishes to all.</param>
/// <param name="Echo">The event that is answered; null where there is only <paramref name="PlainEcho"/>.</param>
/// <param name="PlainEcho">The path of a bare socket that sends back what comes; null for none.</param>
internal sealed record Speech(string Protocol, string Path, string Publish, string? Echo, string? PlainEcho);

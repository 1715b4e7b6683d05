namespace Realtime.Jobs;

/// <summary>A schedule: its name, when it fires, and how it enqueues its job under a unique key.</summary>
internal sealed record CronEntry(
    string Name, CronExpression Expression, TimeZoneInfo Zone, Func<string, CancellationToken, ValueTask<Guid>> EnqueueAsync);

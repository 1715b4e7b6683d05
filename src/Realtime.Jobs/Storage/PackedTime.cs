namespace Realtime.Jobs;

/// <summary>A moment in UTC, or none, in eight bytes instead of the twenty-four of a <c>DateTimeOffset?</c>: jobs in memory have several each.</summary>
/// <param name="time">The moment; null for none.</param>
internal readonly struct PackedTime(DateTimeOffset? time)
{
    private readonly long _behind = time is { } some ? some.UtcTicks + 1 : 0;

    /// <summary>The moment; null for none.</summary>
    public DateTimeOffset? Value => _behind == 0 ? null : new DateTimeOffset(_behind - 1, TimeSpan.Zero);
}

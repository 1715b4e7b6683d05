using System.Globalization;

namespace Realtime.Jobs;

/// <summary>A queue as the command line shows it; its members are the JSON that scripts read.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="IsPaused">Whether it starts no jobs.</param>
/// <param name="Jobs">How many are in which state; those in none are left out.</param>
/// <param name="OldestSince">Since when the one has been waiting that waits longest; null if none does.</param>
internal sealed record QueueView(string Queue, bool IsPaused, IReadOnlyDictionary<JobState, long> Jobs, DateTimeOffset? OldestSince)
{
    public string Count(JobState state) => Jobs.GetValueOrDefault(state).ToString(CultureInfo.InvariantCulture);
}

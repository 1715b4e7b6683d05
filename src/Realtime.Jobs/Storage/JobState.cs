using System.Text.Json.Serialization;

namespace Realtime;

/// <summary>Where a job is in its life. The order of the members is part of every store's format.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
public enum JobState
{
    /// <summary>Waiting for other jobs of its flow to end.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting = -1,

    /// <summary>Due, and waiting for a worker.</summary>
    [JsonStringEnumMemberName("available")]
    Available = 0,

    /// <summary>Waiting for its time: delayed, or to be tried again after a failure.</summary>
    [JsonStringEnumMemberName("scheduled")]
    Scheduled = 1,

    /// <summary>Claimed by a worker.</summary>
    [JsonStringEnumMemberName("running")]
    Running = 2,

    /// <summary>Ended without an exception. Final.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded = 3,

    /// <summary>Out of attempts, or given up at once. Final.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed = 4,

    /// <summary>Cancelled by a person or a program. Final.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled = 5,

    /// <summary>Nothing here can run it: no job has its name, or its arguments no longer parse. Kept with the reason; final.</summary>
    [JsonStringEnumMemberName("quarantined")]
    Quarantined = 6,
}

using Realtime.Jobs;
using Realtime.Postgres;
using Realtime.Sqlite;

namespace Realtime.Torture;

/// <summary>The queue as producers and workers see it.</summary>
internal static class Queues
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(4);
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    /// <summary>What is promised: a killed worker's jobs run again within the lease and one sweep.</summary>
    public static TimeSpan Promise => Lease + Heartbeat;

    public static JobQueue Open(StoreKind kind, string place, bool works, bool unfenced = false)
    {
        var queue = new JobQueue
        {
            Options = new JobQueueOptions { RunsJobs = works, LeaseTime = Lease, HeartbeatInterval = Heartbeat, PollInterval = TimeSpan.FromMilliseconds(500) },
        };
        queue.UseStore(time =>
        {
            var store = Store(kind, place, time);
            return unfenced ? UnfencedStore.Around(store) : store;
        });
        return queue;
    }

    public static IJobStore Store(StoreKind kind, string place, TimeProvider? time = null) =>
        kind == StoreKind.Sqlite ? new SqliteJobStore(place, time: time) : new PostgresJobStore(place, time: time);
}

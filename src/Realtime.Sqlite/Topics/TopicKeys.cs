using Realtime.Sockets;

namespace Realtime.Sqlite;

/// <summary>The idempotency keys in the file, on the writer's thread and within its transaction.</summary>
/// <param name="database">The file.</param>
/// <param name="window">How many, and for how long.</param>
internal sealed class TopicKeys(SqliteDatabase database, IdempotencyWindow window)
{
    private const int Batch = 1000;

    /// <summary>The offset that came with a key, or null where it is not known.</summary>
    public long? Find(byte[] topic, byte[] key, long now)
    {
        var find = database.Prepare("SELECT offset FROM realtime_topic_keys WHERE topic = ?1 AND key = ?2 AND at > ?3 AND seq > ?4");
        find.BindText(1, topic).BindText(2, key).Bind(3, now - window.TimeToLive.Ticks).Bind(4, Newest() - window.Size);
        long? offset = find.Step() ? find.Int64(0) : null;
        find.Reset();
        return offset;
    }

    /// <summary>Remembers a key that is not known.</summary>
    public void Add(byte[] topic, byte[] key, long offset, long now)
    {
        // An expired one of this name may still be there: it must not keep its place in the order of age.
        var seq = Newest() + 1;
        database.Prepare("INSERT OR REPLACE INTO realtime_topic_keys (seq, topic, key, offset, at) VALUES (?1, ?2, ?3, ?4, ?5)")
            .Bind(1, seq).BindText(2, topic).BindText(3, key).Bind(4, offset).Bind(5, now).Run();
        if (seq % Batch == 0)
        {
            database.Prepare("DELETE FROM realtime_topic_keys WHERE seq <= ?1").Bind(1, seq - window.Size).Run();
        }
    }

    /// <summary>Drops a batch of keys that are too old.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool Prune(long now)
    {
        var (end, count) = (0L, 0);
        var read = database.Prepare("SELECT seq, at FROM realtime_topic_keys ORDER BY seq LIMIT ?1").Bind(1, Batch);
        while (read.Step() && read.Int64(1) <= now - window.TimeToLive.Ticks)
        {
            (end, count) = (read.Int64(0), count + 1);
        }
        read.Reset();
        if (count > 0)
        {
            database.Prepare("DELETE FROM realtime_topic_keys WHERE seq <= ?1").Bind(1, end).Run();
        }
        return count == Batch;
    }

    private long Newest()
    {
        var read = database.Prepare("SELECT max(seq) FROM realtime_topic_keys");
        read.Step();
        var newest = read.Int64OrNull(0) ?? 0;
        read.Reset();
        return newest;
    }
}

namespace Realtime.Sqlite;

/// <summary>Drops expired events, and topics that have none left, on the writer's thread and within its transaction.</summary>
internal sealed class TopicSweep(SqliteDatabase database, TopicWriter writer, TopicKeys keys, Func<string, LiveTopic?> live)
{
    private const int MostTopics = 50;
    private const int MostEvents = 500;

    /// <summary>Drops one batch, so that publishes need not wait for long.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool Run(long now)
    {
        var more = keys.Prune(now);
        var due = new List<(long Id, string Name, long TimeToLive)>();
        var read = database.Prepare("SELECT id, name, ttl FROM realtime_topics WHERE expires <= ?1 ORDER BY expires LIMIT ?2").Bind(1, now).Bind(2, MostTopics);
        while (read.Step())
        {
            due.Add((read.Int64(0), SqliteText.Decode(read.Bytes(1)), read.Int64(2)));
        }
        foreach (var (id, name, limit) in due)
        {
            more |= Prune(id, name, limit, now);
        }
        return more || due.Count == MostTopics;
    }

    private bool Prune(long id, string name, long limit, long now)
    {
        var row = writer.Find(name)!;
        var (end, count, next) = (0L, 0, (long?)null);
        var read = database.Prepare("SELECT offset, at FROM realtime_topic_events WHERE topic = ?1 ORDER BY offset LIMIT ?2").Bind(1, id).Bind(2, MostEvents + 1);
        while (next is null && read.Step())
        {
            var at = read.Int64(1);
            if (at <= now - limit && count < MostEvents)
            {
                (end, count) = (read.Int64(0), count + 1);
            }
            else
            {
                next = at;
            }
        }
        read.Reset();
        database.Prepare("DELETE FROM realtime_topic_events WHERE topic = ?1 AND offset <= ?2").Bind(1, id).Bind(2, end).Run();
        if (next is null && live(name) is null)
        {
            // Whoever comes back with an offset of the forgotten numbering must not take the next one for it: its epoch is no more.
            database.Prepare("DELETE FROM realtime_topics WHERE id = ?1").Bind(1, id).Run();
            database.Execute("UPDATE realtime_topic_epochs SET forgotten = forgotten + 1");
        }
        else
        {
            // The row holds the numbering where no event does. An empty topic that is subscribed to is looked at again later.
            database.Prepare("UPDATE realtime_topics SET top = ?2, at = ?3, expires = ?4 WHERE id = ?1")
                .Bind(1, id).Bind(2, row.Top).Bind(3, row.At).Bind(4, TopicWriter.Later(next ?? now, limit)).Run();
        }
        writer.Forget(name);
        return count == MostEvents;
    }
}

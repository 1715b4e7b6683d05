using Realtime.Sockets;

namespace Realtime.Sqlite;

/// <summary>Reads a topic's history from the file as it is at one moment, on the reader's thread.</summary>
internal static class TopicReader
{
    /// <summary>What a joining client gets.</summary>
    public static HistoryPage Read(SqliteDatabase database, TopicQuery query, StreamPosition? since, int newest) => database.Snapshot(() =>
    {
        var topic = Find(database, query);
        if (since is not { } position)
        {
            return Back(database, query, topic, topic.Top.Offset + 1, newest);
        }
        var missed = topic.Top.Offset - position.Offset;
        var recovers = string.Equals(position.Epoch, topic.Top.Epoch, StringComparison.Ordinal) && missed >= 0 && missed <= query.Size;
        if (recovers && missed > 0)
        {
            var publications = Behind(database, query, topic, position.Offset);
            return publications.Count == missed ? new HistoryPage(position, publications, Recovered: true) : new HistoryPage(topic.Top, [], Recovered: false);
        }
        return new HistoryPage(topic.Top, [], recovers);
    });

    /// <summary>A page of older events.</summary>
    public static HistoryPage ReadBefore(SqliteDatabase database, TopicQuery query, long before, int limit) => database.Snapshot(() =>
    {
        var topic = Find(database, query);
        return Back(database, query, topic, Math.Clamp(before, 1, topic.Top.Offset + 1), limit);
    });

    private static (long Id, StreamPosition Top) Find(SqliteDatabase database, TopicQuery query)
    {
        var find = database.Prepare("""
            SELECT id, epoch, max(top, coalesce((SELECT max(offset) FROM realtime_topic_events WHERE topic = id), 0)) FROM realtime_topics WHERE name = ?1
            """).BindText(1, SqliteText.Encode(query.Topic));
        var found = find.Step() ? (find.Int64(0), new StreamPosition(find.Text(1), find.Int64(2))) : ((long, StreamPosition)?)null;
        find.Reset();
        return found ?? (0, new StreamPosition(query.Epoch ?? TopicWriter.NextEpoch(database), 0));
    }

    // All behind an offset, or nothing where the first of them has expired: times never run backwards within a topic.
    private static List<Publication> Behind(SqliteDatabase database, TopicQuery query, (long Id, StreamPosition Top) topic, long offset)
    {
        var publications = new List<Publication>();
        var read = database.Prepare("SELECT offset, at, name, data, packed FROM realtime_topic_events WHERE topic = ?1 AND offset > ?2 ORDER BY offset")
            .Bind(1, topic.Id).Bind(2, offset);
        while (read.Step() && read.Int64(1) > query.ExpiredAt)
        {
            publications.Add(ReadEvent(query.Topic, topic.Top.Epoch, read));
        }
        read.Reset();
        return publications;
    }

    private static HistoryPage Back(SqliteDatabase database, TopicQuery query, (long Id, StreamPosition Top) topic, long before, int limit)
    {
        var publications = new List<Publication>();
        var read = database.Prepare("""
            SELECT offset, at, name, data, packed FROM realtime_topic_events WHERE topic = ?1 AND offset < ?2 AND offset > ?3 ORDER BY offset DESC LIMIT ?4
            """).Bind(1, topic.Id).Bind(2, before).Bind(3, topic.Top.Offset - query.Size).Bind(4, limit);
        while (read.Step() && read.Int64(1) > query.ExpiredAt)
        {
            publications.Add(ReadEvent(query.Topic, topic.Top.Epoch, read));
        }
        read.Reset();
        publications.Reverse();
        var start = publications.Count > 0 ? publications[0].Offset - 1 : before - 1;
        return new HistoryPage(topic.Top with { Offset = start }, publications, Recovered: false);
    }

    private static Publication ReadEvent(string topic, string epoch, SqliteStatement row) =>
        new(topic, SqliteText.Decode(row.Bytes(2)), new EventData(row.Bytes(3).ToArray(), row.BlobOrNull(4)), row.Int64(0), epoch);
}

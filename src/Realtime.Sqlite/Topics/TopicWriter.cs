using System.Globalization;
using System.Security.Cryptography;
using Realtime.Sockets;

namespace Realtime.Sqlite;

/// <summary>Appends events to the file, on the writer's thread and within its transaction.</summary>
/// <remarks>It remembers the rows of topics, so that a publish is one insert; whatever it remembers is dropped when a transaction is rolled back.</remarks>
internal sealed class TopicWriter
{
    private const int MostRows = 10_000;

    private readonly Dictionary<string, TopicRow> _rows = new(StringComparer.Ordinal);
    private readonly SqliteDatabase _database;
    private readonly Func<string, LiveTopic?> _live;

    /// <summary>Makes a writer.</summary>
    /// <param name="database">The file.</param>
    /// <param name="live">Finds a topic that somebody in this process is subscribed to.</param>
    public TopicWriter(SqliteDatabase database, Func<string, LiveTopic?> live)
    {
        _database = database;
        _live = live;
        database.RolledBack = _rows.Clear;
    }

    /// <summary>
    /// Gives all topics new epochs where clients may have seen events that the file has not: it was not closed cleanly by one that does not wait for the disk, or it was put
    /// back from a backup. Notes how it is used now.
    /// </summary>
    /// <param name="waitsForDisk">Whether every commit reaches the disk before it counts.</param>
    /// <param name="node">Knows which opening of the file was the last.</param>
    public void Open(bool waitsForDisk, NodeFile node)
    {
        _database.Begin();
        var read = _database.Prepare("SELECT dirty, opening FROM realtime_topic_epochs");
        read.Step();
        var isDirty = read.Int64(0) != 0 || read.Text(1) != node.Read();
        read.Reset();
        if (isDirty)
        {
            var stem = RandomNumberGenerator.GetHexString(10, lowercase: true);
            _database.Execute($"UPDATE realtime_topic_epochs SET stem = '{stem}', forgotten = 0; UPDATE realtime_topics SET epoch = '{stem}-0'");
        }
        MarkDirty(!waitsForDisk);
        var opening = RandomNumberGenerator.GetHexString(16, lowercase: true);
        _database.Execute($"UPDATE realtime_topic_epochs SET opening = '{opening}'");
        _database.Commit();
        // A crash before this begins new epochs the next time: needless, and harmless.
        node.Write(opening);
    }

    /// <summary>Notes whether the next start must doubt that the file has all that was delivered.</summary>
    public void MarkDirty(bool isDirty) => _database.Execute($"UPDATE realtime_topic_epochs SET dirty = {(isDirty ? 1 : 0)} WHERE dirty != {(isDirty ? 1 : 0)}");

    /// <summary>Appends an event under the next offset.</summary>
    public StreamPosition Append(string topic, string name, in EventData data, HistoryPolicy policy, long now)
    {
        var row = Find(topic) ?? Create(topic, policy, now);
        if (row.Size != policy.Size || row.TimeToLive != policy.TimeToLive?.Ticks)
        {
            Change(row, policy, now);
        }
        row.At = Math.Max(now, row.At);
        row.Top++;
        Insert(row, name, data);
        if (row.TimeToLive is { } limit && row.Expires is null)
        {
            SetExpires(row, Later(row.At, limit));
        }
        // In batches: readers count by themselves, so a few too many in the file harm nobody. Never the newest, which holds the numbering.
        var end = row.Top - Math.Max(row.Size, 1);
        if (end - row.Pruned >= Math.Clamp(row.Size / 8, 16, 512))
        {
            Prune(row, end);
        }
        return new StreamPosition(row.Epoch, row.Top);
    }

    /// <summary>The epoch of a topic, or where it is not in the file, the one that it would begin with.</summary>
    public string EpochOf(string topic) => Find(topic)?.Epoch ?? NextEpoch(_database);

    /// <summary>The epoch that a topic begins with which is not in the file.</summary>
    public static string NextEpoch(SqliteDatabase database)
    {
        var read = database.Prepare("SELECT stem, forgotten FROM realtime_topic_epochs");
        read.Step();
        var epoch = string.Create(CultureInfo.InvariantCulture, $"{read.Text(0)}-{read.Int64(1):x}");
        read.Reset();
        return epoch;
    }

    /// <summary>The time this much later, or the end of time.</summary>
    public static long Later(long at, long by) => at > long.MaxValue - by ? long.MaxValue : at + by;

    /// <summary>The topic's row, or null where it is not in the file.</summary>
    public TopicRow? Find(string topic)
    {
        if (_rows.TryGetValue(topic, out var row) || (row = Load(topic)) is null)
        {
            return row;
        }
        return Remember(topic, row);
    }

    /// <summary>Drops what is remembered of a topic whose rows were changed elsewhere.</summary>
    public void Forget(string topic) => _rows.Remove(topic);

    private TopicRow Remember(string topic, TopicRow row)
    {
        if (_rows.Count >= MostRows)
        {
            _rows.Clear();
        }
        return _rows[topic] = row;
    }

    private TopicRow? Load(string topic)
    {
        var find = _database.Prepare("SELECT id, epoch, top, at, size, ttl, expires FROM realtime_topics WHERE name = ?1").BindText(1, SqliteText.Encode(topic));
        if (!find.Step())
        {
            return null;
        }
        var row = new TopicRow
        {
            Id = find.Int64(0),
            Epoch = find.Text(1),
            Top = find.Int64(2),
            At = find.Int64(3),
            Size = find.Int64(4),
            TimeToLive = find.Int64OrNull(5),
            Expires = find.Int64OrNull(6),
            Pruned = 0,
        };
        find.Reset();
        var newest = _database.Prepare("SELECT offset, at FROM realtime_topic_events WHERE topic = ?1 ORDER BY offset DESC LIMIT 1").Bind(1, row.Id);
        if (newest.Step())
        {
            row.Top = Math.Max(row.Top, newest.Int64(0));
            row.At = Math.Max(row.At, newest.Int64(1));
        }
        newest.Reset();
        var oldest = _database.Prepare("SELECT offset FROM realtime_topic_events WHERE topic = ?1 ORDER BY offset LIMIT 1").Bind(1, row.Id);
        row.Pruned = oldest.Step() ? oldest.Int64(0) - 1 : row.Top;
        oldest.Reset();
        return row;
    }

    private TopicRow Create(string topic, HistoryPolicy policy, long now)
    {
        // Whoever is subscribed may have been told an epoch already, before other topics moved it on.
        var epoch = _live(topic)?.Epoch ?? NextEpoch(_database);
        var create = _database.Prepare("INSERT INTO realtime_topics (name, epoch, top, at, size, ttl) VALUES (?1, ?2, 0, ?3, ?4, ?5) RETURNING id");
        create.BindText(1, SqliteText.Encode(topic)).Bind(2, epoch).Bind(3, now).Bind(4, policy.Size).Bind(5, policy.TimeToLive?.Ticks).Step();
        var id = create.Int64(0);
        create.Reset();
        return Remember(topic, new TopicRow
        {
            Id = id,
            Epoch = epoch,
            Top = 0,
            At = now,
            Size = policy.Size,
            TimeToLive = policy.TimeToLive?.Ticks,
            Expires = null,
            Pruned = 0,
        });
    }

    private void Change(TopicRow row, HistoryPolicy policy, long now)
    {
        row.Size = policy.Size;
        row.TimeToLive = policy.TimeToLive?.Ticks;
        // The sweep finds out when the oldest event expires under the new rule.
        row.Expires = row.TimeToLive is null ? null : now;
        _database.Prepare("UPDATE realtime_topics SET size = ?2, ttl = ?3, expires = ?4 WHERE id = ?1")
            .Bind(1, row.Id).Bind(2, row.Size).Bind(3, row.TimeToLive).Bind(4, row.Expires).Run();
    }

    private void Insert(TopicRow row, string name, in EventData data)
    {
        var insert = _database.Prepare("INSERT INTO realtime_topic_events (topic, offset, at, name, data, packed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        insert.Bind(1, row.Id).Bind(2, row.Top).Bind(3, row.At).BindText(4, SqliteText.Encode(name)).BindText(5, data.Json.Span)
            .Bind(6, data.MessagePack.IsEmpty ? null : data.MessagePack.ToArray()).Run();
    }

    private void SetExpires(TopicRow row, long? expires)
    {
        row.Expires = expires;
        _database.Prepare("UPDATE realtime_topics SET expires = ?2 WHERE id = ?1").Bind(1, row.Id).Bind(2, expires).Run();
    }

    private void Prune(TopicRow row, long end)
    {
        _database.Prepare("DELETE FROM realtime_topic_events WHERE topic = ?1 AND offset <= ?2").Bind(1, row.Id).Bind(2, end).Run();
        row.Pruned = end;
    }
}

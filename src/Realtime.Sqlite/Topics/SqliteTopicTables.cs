namespace Realtime.Sqlite;

/// <summary>The topic history's tables, each version's way from the one before.</summary>
internal static class SqliteTopicTables
{
    // Times are UTC ticks of 100 ns. A topic's newest offset is the larger of its row's and its newest event's: a publish writes only the event.
    public static readonly IReadOnlyList<string> Migrations =
    [
        """
        CREATE TABLE realtime_topics (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            epoch TEXT NOT NULL,
            top INTEGER NOT NULL,
            at INTEGER NOT NULL,
            size INTEGER NOT NULL,
            ttl INTEGER,
            expires INTEGER
        );
        CREATE INDEX realtime_topics_expires ON realtime_topics (expires) WHERE expires IS NOT NULL;
        CREATE TABLE realtime_topic_events (
            topic INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            at INTEGER NOT NULL,
            name TEXT NOT NULL,
            data TEXT NOT NULL,
            packed BLOB,
            PRIMARY KEY (topic, offset)
        ) WITHOUT ROWID;
        CREATE TABLE realtime_topic_keys (
            seq INTEGER PRIMARY KEY,
            topic TEXT NOT NULL,
            key TEXT NOT NULL,
            offset INTEGER NOT NULL,
            at INTEGER NOT NULL
        );
        CREATE UNIQUE INDEX realtime_topic_keys_name ON realtime_topic_keys (topic, key);
        CREATE TABLE realtime_topic_epochs (
            stem TEXT NOT NULL,
            forgotten INTEGER NOT NULL,
            dirty INTEGER NOT NULL
        );
        INSERT INTO realtime_topic_epochs VALUES (lower(hex(randomblob(5))), 0, 0);
        """,
        """
        ALTER TABLE realtime_topic_epochs ADD COLUMN opening TEXT NOT NULL DEFAULT '';
        """,
    ];
}

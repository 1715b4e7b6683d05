namespace Realtime.Sqlite;

/// <summary>The job store's tables, each version's way from the one before.</summary>
internal static class SqliteJobTables
{
    // Times are UTC ticks of 100 ns. The states in the partial indexes are those of JobState: 0 available, 1 scheduled, 2 running, 3 and up final; and -1 waiting.
    public static readonly IReadOnlyList<string> Migrations =
    [
        """
        CREATE TABLE realtime_jobs (
            seq INTEGER PRIMARY KEY,
            id BLOB NOT NULL,
            name TEXT NOT NULL,
            queue TEXT NOT NULL,
            priority INTEGER NOT NULL,
            state INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            max_attempts INTEGER NOT NULL,
            node INTEGER,
            args BLOB NOT NULL,
            enqueued INTEGER NOT NULL,
            due INTEGER,
            started INTEGER,
            finished INTEGER,
            expires INTEGER,
            retention INTEGER NOT NULL,
            cancel INTEGER NOT NULL,
            progress REAL,
            message TEXT,
            result BLOB,
            error_type TEXT,
            error_message TEXT,
            error_stack TEXT,
            unique_key TEXT
        );
        CREATE UNIQUE INDEX realtime_jobs_id ON realtime_jobs (id);
        CREATE UNIQUE INDEX realtime_jobs_key ON realtime_jobs (unique_key) WHERE unique_key IS NOT NULL;
        CREATE INDEX realtime_jobs_available ON realtime_jobs (queue, priority DESC, seq) WHERE state = 0;
        CREATE INDEX realtime_jobs_scheduled ON realtime_jobs (due) WHERE state = 1;
        CREATE INDEX realtime_jobs_running ON realtime_jobs (node) WHERE state = 2;
        CREATE INDEX realtime_jobs_finished ON realtime_jobs (expires) WHERE state >= 3;
        CREATE TABLE realtime_job_steps (
            job INTEGER NOT NULL,
            name TEXT NOT NULL,
            result BLOB NOT NULL,
            PRIMARY KEY (job, name)
        ) WITHOUT ROWID;
        CREATE TABLE realtime_job_nodes (
            id INTEGER PRIMARY KEY,
            host TEXT NOT NULL,
            process INTEGER NOT NULL,
            process_start INTEGER NOT NULL,
            expires INTEGER NOT NULL
        );
        """,
        // Flows. A job's flow is what JobFlow says of it, packed: its input in the lowest two bits, then a bit for EvenIfFailed.
        """
        ALTER TABLE realtime_jobs ADD COLUMN parent BLOB;
        ALTER TABLE realtime_jobs ADD COLUMN flow INTEGER;
        ALTER TABLE realtime_jobs ADD COLUMN flow_delay INTEGER;
        ALTER TABLE realtime_jobs ADD COLUMN pending INTEGER;
        ALTER TABLE realtime_jobs ADD COLUMN unsettled INTEGER;
        CREATE INDEX realtime_jobs_parent ON realtime_jobs (parent) WHERE parent IS NOT NULL;
        CREATE INDEX realtime_jobs_unsettled ON realtime_jobs (seq) WHERE unsettled = 1 AND state >= 3;
        CREATE TABLE realtime_job_links (
            after BLOB NOT NULL,
            place INTEGER NOT NULL,
            before BLOB NOT NULL,
            state INTEGER,
            name TEXT,
            result BLOB,
            error_type TEXT,
            error_message TEXT,
            PRIMARY KEY (after, place)
        ) WITHOUT ROWID;
        CREATE INDEX realtime_job_links_before ON realtime_job_links (before);
        """,
        """
        ALTER TABLE realtime_jobs ADD COLUMN headers TEXT;
        CREATE TABLE realtime_job_schedules (
            name TEXT PRIMARY KEY,
            times TEXT NOT NULL,
            last INTEGER NOT NULL,
            paused INTEGER NOT NULL
        );
        """,
        // Unique keys were kept until their job was removed, as idempotency keys are now. A job with a limit key is found by it and
        // not by its age alone, so it is in an index of its own; neither of the two costs the jobs of the other.
        """
        ALTER TABLE realtime_jobs ADD COLUMN extra_attempts INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE realtime_jobs ADD COLUMN idempotency_key TEXT;
        ALTER TABLE realtime_jobs ADD COLUMN limit_key TEXT;
        ALTER TABLE realtime_jobs ADD COLUMN tags TEXT;
        UPDATE realtime_jobs SET idempotency_key = unique_key, unique_key = NULL WHERE unique_key IS NOT NULL;
        DROP INDEX realtime_jobs_key;
        DROP INDEX realtime_jobs_available;
        DROP INDEX realtime_jobs_running;
        CREATE UNIQUE INDEX realtime_jobs_unique ON realtime_jobs (unique_key) WHERE unique_key IS NOT NULL AND state < 3;
        CREATE UNIQUE INDEX realtime_jobs_idempotency ON realtime_jobs (idempotency_key) WHERE idempotency_key IS NOT NULL;
        CREATE INDEX realtime_jobs_available ON realtime_jobs (queue, priority DESC, seq) WHERE state = 0 AND limit_key IS NULL;
        CREATE INDEX realtime_jobs_keyed ON realtime_jobs (queue, priority DESC, limit_key, seq) WHERE state = 0 AND limit_key IS NOT NULL;
        CREATE INDEX realtime_jobs_running ON realtime_jobs (queue, node) WHERE state = 2;
        CREATE INDEX realtime_jobs_running_keys ON realtime_jobs (queue, limit_key) WHERE state = 2 AND limit_key IS NOT NULL;
        CREATE INDEX realtime_jobs_dead ON realtime_jobs (state, id) WHERE state > 3;
        CREATE TABLE realtime_job_tags (
            tag TEXT NOT NULL,
            id BLOB NOT NULL,
            PRIMARY KEY (tag, id)
        ) WITHOUT ROWID;
        CREATE INDEX realtime_job_tags_id ON realtime_job_tags (id);
        CREATE TABLE realtime_job_queues (
            name TEXT PRIMARY KEY,
            paused INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE realtime_job_starts (
            queue TEXT NOT NULL,
            at INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (queue, at)
        ) WITHOUT ROWID;
        """,
        """
        ALTER TABLE realtime_jobs ADD COLUMN retention_failed INTEGER;
        ALTER TABLE realtime_jobs ADD COLUMN retention_cancelled INTEGER;
        CREATE TABLE realtime_job_logs (
            job INTEGER NOT NULL,
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (job, number)
        ) WITHOUT ROWID;
        """,
        """
        CREATE TABLE realtime_job_key_starts (
            queue TEXT NOT NULL,
            key TEXT NOT NULL,
            at INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (queue, key, at)
        ) WITHOUT ROWID;
        CREATE INDEX realtime_job_key_starts_at ON realtime_job_key_starts (queue, at);
        ALTER TABLE realtime_job_schedules ADD COLUMN turn_node INTEGER;
        ALTER TABLE realtime_job_schedules ADD COLUMN turn_until INTEGER;
        """,
    ];
}

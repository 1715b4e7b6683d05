using Microsoft.Data.Sqlite;

namespace Chat;

/// <summary>
/// Keeps rooms and messages in one SQLite file. What was acknowledged is on disk, and every room is told of its messages in the
/// order of their ids.
/// </summary>
sealed class MessageStore : IAsyncDisposable
{
    private const string Columns = "room, id, key, user, text, at, kind, job, due, done_messages, done_bytes";

    private readonly string _path;
    private readonly string _source;
    private readonly Func<string, Message, ValueTask> _tell;
    private SqliteConnection? _connection;
    private CommitQueue? _commits;

    /// <summary>A store that is yet to be opened.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <param name="tell">
    /// Called with "said" and each new message once it is on disk, and with "changed" and each changed one; one after another.
    /// </param>
    public MessageStore(string path, Func<string, Message, ValueTask> tell)
    {
        _path = Path.GetFullPath(path);
        _source = new SqliteConnectionStringBuilder { DataSource = _path }.ToString();
        _tell = tell;
    }

    private CommitQueue Commits => _commits ?? throw new InvalidOperationException("The store is not open.");

    /// <summary>Opens the file, making it and its tables where they are missing.</summary>
    public ValueTask OpenAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        _connection = Connect();
        Execute(_connection, """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            CREATE TABLE IF NOT EXISTS rooms (
                name TEXT PRIMARY KEY,
                about TEXT NOT NULL,
                last INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS messages (
                room TEXT NOT NULL REFERENCES rooms (name),
                id INTEGER NOT NULL,
                key TEXT NOT NULL,
                user TEXT NOT NULL,
                text TEXT NOT NULL,
                at INTEGER NOT NULL,
                kind TEXT NOT NULL,
                job TEXT,
                due INTEGER,
                done_messages INTEGER,
                done_bytes INTEGER,
                PRIMARY KEY (room, id)) WITHOUT ROWID;
            CREATE UNIQUE INDEX IF NOT EXISTS messages_key ON messages (room, key);
            CREATE INDEX IF NOT EXISTS messages_without_job ON messages (kind) WHERE kind IN ('remind', 'export') AND job IS NULL;
            """);
        _commits = new CommitQueue(_connection);
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens a room, unless it exists; returns it either way.</summary>
    public Task<Room> OpenRoomAsync(string name, string about = "") => Commits.RunAsync(connection =>
    {
        Execute(connection, "INSERT INTO rooms (name, about) VALUES ($name, $about) ON CONFLICT DO NOTHING", ("$name", name), ("$about", about));
        return FindRoom(connection, name)!;
    });

    /// <summary>
    /// Adds a message; its id is given here. One with a key that the room has already is returned as it stands, and not told again.
    /// </summary>
    /// <exception cref="KeyNotFoundException">There is no such room.</exception>
    public Task<Message> AddAsync(Message message)
    {
        var added = false;
        return Commits.RunAsync(connection =>
        {
            if (Find(connection, "key = $key", message.Room, ("$key", message.Key)) is { } existing)
            {
                return existing;
            }
            added = true;
            return Insert(connection, message);
        }, stored => added ? _tell("said", stored) : ValueTask.CompletedTask);
    }

    /// <summary>Remembers which job works on a message.</summary>
    public Task<Message> SetJobAsync(Message message, Guid job) =>
        ChangeAsync(message, "job = $job", ("$job", job.ToString()));

    /// <summary>Remembers that a transcript is written.</summary>
    public Task<Message> SetDoneAsync(Message message, Transcript done) =>
        ChangeAsync(message, "done_messages = $messages, done_bytes = $bytes", ("$messages", done.Messages), ("$bytes", done.Bytes));

    /// <summary>The messages that ask for a job which nobody has enqueued: the server was stopped in between.</summary>
    public IReadOnlyList<Message> WithoutJob()
    {
        using var connection = Connect();
        return Query(connection, $"SELECT {Columns} FROM messages WHERE kind IN ('remind', 'export') AND job IS NULL", ReadMessage);
    }

    /// <summary>All rooms, by name.</summary>
    public IReadOnlyList<Room> Rooms()
    {
        using var connection = Connect();
        return Query(connection, "SELECT name, about, last FROM rooms ORDER BY name", ReadRoom);
    }

    /// <summary>The room of this name, or null.</summary>
    public Room? FindRoom(string name)
    {
        using var connection = Connect();
        return FindRoom(connection, name);
    }

    /// <summary>The message with this id in this room, or null.</summary>
    public Message? Find(string room, long id)
    {
        using var connection = Connect();
        return Find(connection, "id = $id", room, ("$id", id));
    }

    /// <summary>Messages in order: the first ones behind an id, the last ones before an id, or the newest.</summary>
    public IReadOnlyList<Message> Read(string room, long? before = null, long? after = null, int limit = 100)
    {
        using var connection = Connect();
        var forward = after is not null;
        var messages = Query(connection, $"""
            SELECT {Columns} FROM messages
            WHERE room = $room AND id > $after AND id < $before ORDER BY id {(forward ? "ASC" : "DESC")} LIMIT $limit
            """, ReadMessage, ("$room", room), ("$after", after ?? 0), ("$before", before ?? long.MaxValue), ("$limit", limit));
        if (!forward)
        {
            messages.Reverse();
        }
        return messages;
    }

    /// <summary>Finishes what was asked for, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_commits is not null)
        {
            await _commits.DisposeAsync();
            await _connection!.DisposeAsync();
        }
    }

    private Task<Message> ChangeAsync(Message message, string change, params (string, object?)[] parameters) => Commits.RunAsync(connection =>
    {
        Execute(connection, $"UPDATE messages SET {change} WHERE room = $room AND id = $id", [("$room", message.Room), ("$id", message.Id), .. parameters]);
        return Find(connection, "id = $id", message.Room, ("$id", message.Id))!;
    }, stored => _tell("changed", stored));

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_source);
        connection.Open();
        return connection;
    }

    private static Message Insert(SqliteConnection connection, Message message)
    {
        var ids = Query(connection, "UPDATE rooms SET last = last + 1 WHERE name = $room RETURNING last", row => row.GetInt64(0), ("$room", message.Room));
        var stored = message with { Id = ids.Count == 1 ? ids[0] : throw new KeyNotFoundException($"There is no room {message.Room}.") };
        Execute(connection, """
            INSERT INTO messages (room, id, key, user, text, at, kind, job, due) VALUES ($room, $id, $key, $user, $text, $at, $kind, $job, $due)
            """,
            ("$room", stored.Room), ("$id", stored.Id), ("$key", stored.Key), ("$user", stored.User), ("$text", stored.Text),
            ("$at", stored.At), ("$kind", stored.Kind), ("$job", stored.Job), ("$due", stored.Due));
        return stored;
    }

    private static Room? FindRoom(SqliteConnection connection, string name) =>
        Query(connection, "SELECT name, about, last FROM rooms WHERE name = $name", ReadRoom, ("$name", name)).FirstOrDefault();

    private static Message? Find(SqliteConnection connection, string where, string room, (string, object?) parameter) =>
        Query(connection, $"""
            SELECT {Columns} FROM messages WHERE room = $room AND {where}
            """, ReadMessage, ("$room", room), parameter).FirstOrDefault();

    private static Room ReadRoom(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), row.GetInt64(2));

    private static Message ReadMessage(SqliteDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetInt64(5), row.GetString(6),
        row.IsDBNull(7) ? null : row.GetString(7), row.IsDBNull(8) ? null : row.GetInt64(8),
        row.IsDBNull(9) ? null : new Transcript(row.GetInt64(9), row.GetInt64(10)));

    private static void Execute(SqliteConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }

    private static List<T> Query<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        using var rows = command.ExecuteReader();
        var results = new List<T>();
        while (rows.Read())
        {
            results.Add(read(rows));
        }
        return results;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }
        return command;
    }
}

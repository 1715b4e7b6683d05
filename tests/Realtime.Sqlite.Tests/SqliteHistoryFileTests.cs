using System.Text;
using Realtime.Sockets;

namespace Realtime.Sqlite;

/// <summary>What becomes of the file of a topic history in bad times.</summary>
public sealed class SqliteHistoryFileTests : IDisposable
{
    private static readonly HistoryPolicy Policy = new(100_000);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_with_advice()
    {
        var file = _folder.File("topics.db");
        await File.WriteAllTextAsync(file, new string('x', 10_000));

        var error = await RefusedAsync(file);

        Assert.Contains("is damaged, or not a SQLite database. Restore a backup, or move it away", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("The topic history", error.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 10_000), await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        var file = _folder.File("topics.db");
        await using (var backplane = await OpenAsync(file))
        {
        }
        using (var database = new SqliteDatabase(new SqliteFile(file, SqliteUse.Topics)))
        {
            database.Execute("UPDATE realtime_topics_schema SET version = 99");
        }

        var error = await RefusedAsync(file);

        Assert.Contains("has schema version 99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_on_the_file_is_refused_until_the_first_is_gone()
    {
        var file = _folder.File("topics.db");
        await using (var first = await OpenAsync(file))
        {
            var error = await RefusedAsync(file);
            Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
            Assert.Equal(1, await PublishAsync(first));
        }

        await using var second = await OpenAsync(file);
        Assert.Equal(2, await PublishAsync(second));
    }

    [Fact]
    public async Task A_full_disk_is_a_clear_error_at_publish_and_what_was_told_stays()
    {
        await using var backplane = await OpenAsync(_folder.File("topics.db"), new SqliteBackplaneOptions { MaxPages = 60 });
        var heard = new List<long>();
        await using var subscription = await backplane.SubscribeAsync("t", publication => heard.Add(publication.Offset));
        var published = 0L;

        var error = await Assert.ThrowsAsync<BackplaneException>(async () =>
        {
            while (true)
            {
                published = await PublishAsync(backplane, size: 2000);
            }
        });

        Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
        Assert.InRange(published, 1, 1000);
        Assert.Equal(published, heard.Count);
        var page = await backplane.ReadAsync("t", Policy, since: null, newest: 1000);
        Assert.Equal(heard, page.Publications.Select(static publication => publication.Offset));
        // With room again, and the numbering goes on where it was: the failed one took no offset.
        Assert.Equal(published + 1, await PublishOnceThereIsRoomAsync(backplane));
    }

    [Fact]
    public async Task One_event_that_cannot_be_stored_does_not_fail_those_committed_with_it()
    {
        await using var backplane = await OpenAsync(_folder.File("topics.db"));
        var heard = new List<long>();
        await using var subscription = await backplane.SubscribeAsync("t", publication => heard.Add(publication.Offset));

        // Half of a surrogate pair is no name.
        var publishes = Enumerable.Range(0, 50)
            .Select(index => backplane.PublishAsync("t", index == 25 ? "\uD800" : "e", new EventData("1"u8.ToArray()), Policy).AsTask()).ToList();

        await Assert.ThrowsAnyAsync<ArgumentException>(() => publishes[25]);
        var offsets = await Task.WhenAll(publishes.Where(static (_, index) => index != 25));
        Assert.Equal(Enumerable.Range(1, 49).Select(static number => (long)number), offsets.Order());
        Assert.Equal(offsets.Order(), heard);
    }

    [Fact]
    public async Task Without_waiting_for_the_disk_an_end_that_was_no_clean_stop_begins_new_epochs_and_a_clean_one_does_not()
    {
        var file = _folder.File("topics.db");
        var fast = new SqliteBackplaneOptions { FullSync = false };
        StreamPosition first;
        await using (var backplane = await OpenAsync(file, fast))
        {
            await PublishAsync(backplane);
            first = await TopAsync(backplane);
            // What a crash leaves behind: the file as it is in the middle.
            Copy("topics.db", "crashed.db");
        }
        await using (var clean = await OpenAsync(file, fast))
        {
            Assert.Equal(first, await TopAsync(clean));
        }
        await using var crashed = await OpenAsync(_folder.File("crashed.db"));
        var top = await TopAsync(crashed);
        Assert.Equal(1, top.Offset);
        Assert.NotEqual(first.Epoch, top.Epoch);
        Assert.False((await crashed.ReadAsync("t", Policy, first, newest: 0)).Recovered);
    }

    [Fact]
    public async Task Waiting_for_the_disk_an_end_that_was_no_clean_stop_changes_nothing()
    {
        StreamPosition first;
        await using (var backplane = await OpenAsync(_folder.File("topics.db")))
        {
            await PublishAsync(backplane);
            first = await TopAsync(backplane);
            Copy("topics.db", "crashed.db");
        }
        // Written when the file was opened.
        File.Copy(_folder.File("topics.db-node"), _folder.File("crashed.db-node"));

        await using var crashed = await OpenAsync(_folder.File("crashed.db"));

        Assert.Equal(first, await TopAsync(crashed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_was_put_back_from_a_backup_begins_new_epochs_so_that_no_gap_is_silent(bool isLive)
    {
        var file = _folder.File("topics.db");
        await using (var backplane = await OpenAsync(file))
        {
            await PublishAsync(backplane);
            if (isLive)
            {
                Copy("topics.db", "backup.db");
            }
        }
        if (!isLive)
        {
            File.Copy(file, _folder.File("backup.db"));
        }
        StreamPosition seen;
        await using (var backplane = await OpenAsync(file))
        {
            await PublishAsync(backplane);
            await PublishAsync(backplane);
            seen = await TopAsync(backplane);
        }
        File.Move(_folder.File("backup.db"), file, overwrite: true);
        if (isLive)
        {
            File.Move(_folder.File("backup.db-wal"), file + "-wal", overwrite: true);
        }

        await using var restored = await OpenAsync(file);
        for (var number = 0; number < 3; number++)
        {
            await PublishAsync(restored);
        }

        // By its offset alone it would get the last event, and never know of two that are others now.
        var page = await restored.ReadAsync("t", Policy, seen, newest: 0);
        Assert.Equal((3, 4), (seen.Offset, page.Start.Offset));
        Assert.False(page.Recovered);
        Assert.NotEqual(seen.Epoch, page.Start.Epoch);
    }

    private static async Task<SqliteBackplane> OpenAsync(string file, SqliteBackplaneOptions? options = null)
    {
        var backplane = new SqliteBackplane(file, options);
        await backplane.OpenAsync();
        return backplane;
    }

    private static async Task<BackplaneException> RefusedAsync(string file)
    {
        await using var backplane = new SqliteBackplane(file);
        return await Assert.ThrowsAsync<BackplaneException>(async () => await backplane.OpenAsync());
    }

    private static async Task<long> PublishAsync(SqliteBackplane backplane, int size = 1) =>
        await backplane.PublishAsync("t", "e", new EventData(Encoding.ASCII.GetBytes('"' + new string('x', size) + '"')), Policy);

    // A smaller event may still fit where the large one did not; so may one that lets older ones go.
    private static async Task<long> PublishOnceThereIsRoomAsync(SqliteBackplane backplane)
    {
        for (var size = 1000; ; size /= 2)
        {
            try
            {
                return await PublishAsync(backplane, size);
            }
            catch (BackplaneException) when (size > 1)
            {
            }
        }
    }

    private static async Task<StreamPosition> TopAsync(SqliteBackplane backplane) => (await backplane.ReadAsync("t", Policy, since: null, newest: 0)).Start;

    private void Copy(string from, string to)
    {
        foreach (var end in (string[])["", "-wal"])
        {
            File.Copy(_folder.File(from + end), _folder.File(to + end));
        }
    }
}

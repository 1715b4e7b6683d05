using Npgsql;
using Realtime.Jobs;

namespace Realtime.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresSchemaTests(PostgresFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Several_processes_may_open_an_empty_database_at_once()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        var stores = Enumerable.Range(0, 6).Select(_ => new PostgresJobStore(database)).ToList();

        await Task.WhenAll(stores.Select(store => Task.Run(async () => await store.OpenAsync(default)))).WaitAsync(Limit);

        foreach (var store in stores)
        {
            Assert.Empty(await store.CountAsync(default));
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Tables_of_a_newer_version_are_refused()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        await using (var store = new PostgresJobStore(database))
        {
            await store.OpenAsync(default);
        }
        await ExecuteAsync(database, "UPDATE realtime.job_schema SET version = 99");

        var error = await RefusedAsync(database, new PostgresJobStoreOptions());

        Assert.Contains("have version 99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_start_may_not_change_tables_they_are_made_by_command()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        var options = new PostgresJobStoreOptions { Migrate = false, Schema = "work" };
        var error = await RefusedAsync(database, options);
        Assert.Contains("Run the app's command `jobs migrate`", error.Message, StringComparison.Ordinal);

        await using var store = new PostgresJobStore(database, options);
        Assert.Equal(new JobMigration("schema work", 0, PostgresJobTables.Migrations.Count), await store.MigrateAsync());
        Assert.Equal(new JobMigration("schema work", PostgresJobTables.Migrations.Count, PostgresJobTables.Migrations.Count), await store.MigrateAsync());
        await store.OpenAsync(default);

        Assert.Empty(await store.CountAsync(default));
    }

    [Fact]
    public async Task The_command_migrates_and_says_what_it_did()
    {
        var database = await fixture.Server.CreateDatabaseAsync();

        var refused = await RunAsync(database, "jobs");
        var made = await RunAsync(database, "jobs", "migrate");
        var again = await RunAsync(database, "jobs", "migrate");
        var jobs = await RunAsync(database, "jobs");

        Assert.Equal((1, true), (refused.Code, refused.Said.Contains("The job tables in schema realtime are missing. Run the app's command `jobs migrate`", StringComparison.Ordinal)));
        Assert.Equal((0, $"The job tables in schema realtime are made, with version {PostgresJobTables.Migrations.Count}.\n"), made);
        Assert.Equal((0, $"The job tables in schema realtime have version {PostgresJobTables.Migrations.Count} already: there was nothing to do.\n"), again);
        Assert.Equal((0, "There are no jobs.\n"), jobs);
    }

    private static async Task<(int Code, string Said)> RunAsync(string database, params string[] args)
    {
        var app = new App();
        app.Jobs.UsePostgres(database, new PostgresJobStoreOptions { Migrate = false });
        var said = new StringWriter { NewLine = "\n" };
        return (await app.RunAsync(args, said, said, default), said.ToString());
    }

    [Fact]
    public async Task A_server_that_is_not_there_or_refuses_is_an_error_that_says_what_to_do()
    {
        var nobody = await RefusedAsync("Host=127.0.0.1;Port=1;Username=realtime;Database=postgres", new PostgresJobStoreOptions());
        var nothing = await RefusedAsync(fixture.Server.ConnectionString("missing"), new PostgresJobStoreOptions());

        Assert.Contains("cannot be reached", nobody.Message, StringComparison.Ordinal);
        Assert.Contains("Check the user, the password and the database", nothing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_takes_no_writes_is_an_error_at_enqueue_and_reading_goes_on()
    {
        var database = await fixture.Server.CreateDatabaseAsync();
        await using (var first = new PostgresJobStore(database))
        {
            await first.OpenAsync(default);
        }
        await using var store = new PostgresJobStore(database + ";Options=-c default_transaction_read_only=on");
        await store.OpenAsync(default);

        var error = await Assert.ThrowsAsync<JobStoreException>(async () => await store.EnqueueAsync(
            new JobSpec { Id = Guid.NewGuid(), Name = "job", Queue = "default", Args = [], EnqueuedAt = DateTimeOffset.UnixEpoch }, default));

        Assert.Contains("takes no writes here", error.Message, StringComparison.Ordinal);
        Assert.Empty(await store.CountAsync(default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("my schema")]
    [InlineData("x\"; DROP TABLE y; --")]
    public void A_schema_that_is_no_plain_name_is_refused(string schema) =>
        Assert.Throws<InvalidOperationException>(() => new PostgresJobStore("Host=x", new PostgresJobStoreOptions { Schema = schema }));

    private static async Task<JobStoreException> RefusedAsync(string database, PostgresJobStoreOptions options)
    {
        await using var store = new PostgresJobStore(database, options);
        return await Assert.ThrowsAsync<JobStoreException>(async () => await store.OpenAsync(default));
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

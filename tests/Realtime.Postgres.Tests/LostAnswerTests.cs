using Npgsql;
using Realtime.Jobs;

namespace Realtime.Postgres;

/// <summary>The server has done it, and the answer is lost on the way.</summary>
[Collection(PostgresCollection.Name)]
public sealed class LostAnswerTests(PostgresFixture fixture) : IAsyncLifetime
{
    private static readonly JobNode Ada = new(1, "", 0, 0);

    private CuttingProxy _proxy = null!;
    private PostgresJobStore _store = null!;

    public async Task InitializeAsync()
    {
        _proxy = new CuttingProxy(fixture.Server.Port);
        var settings = new NpgsqlConnectionStringBuilder(await fixture.Server.CreateDatabaseAsync())
        {
            Port = _proxy.Port,
            // A reset goes ahead of the next request and has an answer of its own.
            NoResetOnClose = true,
        };
        _store = new PostgresJobStore(settings.ConnectionString, new PostgresJobStoreOptions { Hints = false });
        await _store.OpenAsync(default);
        await _store.HeartbeatAsync(Ada, TimeSpan.FromMinutes(1), default);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_claim_whose_answer_was_lost_is_answered_by_the_next()
    {
        var spec = await EnqueueAsync();
        _proxy.LoseAnswerTo("SET claims");

        await Assert.ThrowsAsync<JobStoreException>(async () => await ClaimAsync());
        Assert.Equal(JobState.Running, (await _store.FindAsync(spec.Id, default))!.State);

        var claimed = Assert.Single(await ClaimAsync());
        Assert.Equal((spec.Id, 1), (claimed.Spec.Id, claimed.Attempt));
        Assert.Empty(await ClaimAsync());
    }

    [Fact]
    public async Task An_enqueue_whose_answer_was_lost_is_done_once()
    {
        _proxy.LoseAnswerTo("INSERT INTO");

        await EnqueueAsync();

        Assert.Equal([new QueueCount("default", JobState.Available, 1)], await _store.CountAsync(default));
    }

    [Fact]
    public async Task An_end_whose_recording_got_no_answer_is_told_from_one_that_was_refused()
    {
        var spec = await EnqueueAsync();
        await ClaimAsync();
        _proxy.LoseAnswerTo("COMMIT");
        JobOutcome[] end = [new() { Id = spec.Id, Attempt = 1, State = JobState.Succeeded }, new() { Id = Guid.NewGuid(), Attempt = 1, State = JobState.Succeeded }];

        await Assert.ThrowsAsync<JobStoreException>(async () => await _store.CompleteAsync(Ada.Id, end, default));

        Assert.Equal([JobState.Succeeded, null], await _store.CompleteAsync(Ada.Id, end, default));
        Assert.Equal([null, null], await _store.CompleteAsync(Ada.Id, end, default));
    }

    private async Task<JobSpec> EnqueueAsync()
    {
        var spec = new JobSpec { Id = Guid.CreateVersion7(), Name = "job", Queue = "default", Args = "1"u8.ToArray(), EnqueuedAt = DateTimeOffset.UtcNow };
        await _store.EnqueueAsync(spec, default);
        return spec;
    }

    private async Task<IReadOnlyList<JobRecord>> ClaimAsync() => (await _store.ClaimAsync(Ada.Id, [new QueueDemand("default", 10)], default)).Jobs;
}

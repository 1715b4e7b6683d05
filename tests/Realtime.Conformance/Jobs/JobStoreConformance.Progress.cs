using Realtime.Jobs;
using Xunit;

namespace Realtime.Conformance.Jobs;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task Lines_of_a_jobs_log_are_kept_in_order_and_read_on_from_any_place()
    {
        var id = await EnqueueAsync();
        await ClaimAsync(Ada);
        var other = Guid.NewGuid();

        var held = await Store.LogAsync(Ada.Id, [new JobLogLines(id, 1, [Line(1, 1), Line(1, 2)]), new JobLogLines(other, 1, [Line(1, 1)])], default);
        // Once more, because nobody knew whether it went through.
        await Store.LogAsync(Ada.Id, [new JobLogLines(id, 1, [Line(1, 2), Line(1, 3)])], default);

        Assert.Equal([true, false], held);
        Assert.Equal([Line(1, 1), Line(1, 2), Line(1, 3)], await Store.ReadLogAsync(id, 0, 10, default));
        Assert.Equal([Line(1, 2)], await Store.ReadLogAsync(id, Line(1, 1).Number, 1, default));
        Assert.Empty(await Store.ReadLogAsync(other, 0, 10, default));
    }

    [Fact]
    public async Task A_worker_that_lost_its_job_adds_nothing_to_its_log_and_moves_no_cursor()
    {
        var id = await EnqueueAsync();
        await ClaimAsync(Ada);
        await Store.RescueAsync([Ada.Id], default);
        await ClaimAsync(Alan);

        Assert.Equal([false], await Store.LogAsync(Ada.Id, [new JobLogLines(id, 1, [Line(1, 1)])], default));
        Assert.False(await Store.SaveCursorAsync(Ada.Id, id, 1, "rows", "1"u8.ToArray(), default));
        Assert.False(await Store.SaveCursorAsync(Ada.Id, id, 2, "rows", "1"u8.ToArray(), default));

        Assert.Empty(await Store.ReadLogAsync(id, 0, 10, default));
        Assert.Empty(await Store.StepsAsync(id, default));
    }

    [Fact]
    public async Task The_last_lines_come_with_the_end_of_an_attempt_and_those_of_lost_attempts_do_not()
    {
        var id = await EnqueueAsync();
        var job = Assert.Single(await ClaimAsync(Ada));
        await Store.LogAsync(Ada.Id, [new JobLogLines(id, 1, [Line(1, 1)])], default);
        await EndAsync(JobState.Scheduled, 1, [Line(1, 1), Line(1, 2)]);
        await ClaimAsync(Ada);

        await EndAsync(JobState.Succeeded, 1, [Line(1, 3)]);
        await EndAsync(JobState.Succeeded, 2, [Line(2, 1)]);

        Assert.Equal([Line(1, 1), Line(1, 2), Line(2, 1)], await Store.ReadLogAsync(id, 0, 10, default));

        ValueTask<IReadOnlyList<JobState?>> EndAsync(JobState state, int attempt, JobLogLine[] lines) =>
            Store.CompleteAsync(Ada.Id, [new JobOutcome { Id = job.Spec.Id, Attempt = attempt, State = state, DueAt = Time.GetUtcNow(), Log = lines }], default);
    }

    [Fact]
    public async Task Of_a_log_the_newest_lines_are_kept_for_as_long_as_the_job()
    {
        var id = await EnqueueAsync(Spec(retention: TimeSpan.Zero));
        var job = Assert.Single(await ClaimAsync(Ada));

        await Store.LogAsync(Ada.Id, [new JobLogLines(id, 1, [.. Enumerable.Range(1, JobLogLine.MostKept + 5).Select(line => Line(1, line))])], default);

        var kept = await Store.ReadLogAsync(id, 0, 2 * JobLogLine.MostKept, default);
        Assert.Equal((JobLogLine.MostKept, Line(1, 6)), (kept.Count, kept[0]));
        await CompleteAsync(Ada, job, JobState.Succeeded);
        Assert.Equal(JobLogLine.MostKept, (await Store.ReadLogAsync(id, 0, 2 * JobLogLine.MostKept, default)).Count);
        Assert.Equal(1, await Store.PruneAsync(10, default));
        Assert.Empty(await Store.ReadLogAsync(id, 0, 10, default));
    }

    [Fact]
    public async Task A_cursor_is_where_it_was_saved_last_and_later_attempts_find_it()
    {
        var id = await EnqueueAsync();
        var job = Assert.Single(await ClaimAsync(Ada));
        Assert.True(await Store.SaveCursorAsync(Ada.Id, id, 1, "rows", "10"u8.ToArray(), default));
        Assert.True(await Store.SaveCursorAsync(Ada.Id, id, 1, "rows", "20"u8.ToArray(), default));
        await Store.SaveStepAsync(Ada.Id, id, 1, "step", [], default);
        await CompleteAsync(Ada, job, JobState.Scheduled, Time.GetUtcNow());
        await ClaimAsync(Alan);

        var saved = await Store.StepsAsync(id, default);

        Assert.Equal("20"u8.ToArray(), saved["rows"]);
        Assert.Equal(2, saved.Count);
    }

    [Theory]
    [InlineData(JobState.Succeeded, 1)]
    [InlineData(JobState.Failed, 2)]
    [InlineData(JobState.Quarantined, 2)]
    [InlineData(JobState.Cancelled, 3)]
    public async Task How_long_a_finished_job_is_kept_depends_on_how_it_ended(JobState end, int minutes)
    {
        var id = await EnqueueAsync(Keep());
        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), end);
        Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromMicroseconds(1));
        Assert.Equal(0, await Store.PruneAsync(10, default));

        Advance(TimeSpan.FromMicroseconds(1));

        Assert.Equal(1, await Store.PruneAsync(10, default));
        Assert.Null(await Store.FindAsync(id, default));
    }

    [Fact]
    public async Task Jobs_that_end_without_an_attempts_word_are_kept_as_they_ended_too()
    {
        var waiting = await EnqueueAsync(Keep());
        await Store.CancelAsync(waiting, default);
        var lost = await EnqueueAsync(Keep() with { MaxAttempts = 1 });
        await ClaimAsync(Ada);
        await Store.RescueAsync([Ada.Id], default);
        var marked = await EnqueueAsync(Keep());
        await ClaimAsync(Ada);
        await Store.CancelAsync(marked, default);
        await Store.RetireAsync(Ada.Id, default);

        Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await Store.PruneAsync(10, default));
        Assert.Null(await Store.FindAsync(lost, default));
        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, await Store.PruneAsync(10, default));
    }

    private JobSpec Keep() => Spec(retention: TimeSpan.FromMinutes(1)) with
    {
        FailedRetention = TimeSpan.FromMinutes(2),
        CancelledRetention = TimeSpan.FromMinutes(3),
    };

    private JobLogLine Line(int attempt, int line) => new(((long)attempt << 32) | (uint)line, Time.GetUtcNow(), attempt, $"line {line}");
}

using Realtime.Jobs;
using Xunit;

namespace Realtime.Conformance.Jobs;

public abstract partial class JobStoreConformance
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_new_schedule_counts_from_now_and_a_known_one_stays()
    {
        var added = await Store.AddScheduleAsync("nightly", "@daily", default);
        Advance(Hour);
        var again = await Store.AddScheduleAsync("nightly", "@daily", default);

        Assert.Equal(new ScheduleRecord("nightly", "@daily", Time.GetUtcNow() - Hour, IsPaused: false), added);
        Assert.Equal(added, again);
        Assert.Equal([added], await Store.SchedulesAsync(default));
    }

    [Fact]
    public async Task A_schedule_whose_times_changed_counts_from_now()
    {
        await Store.AddScheduleAsync("nightly", "@daily", default);
        Advance(Hour);

        var changed = await Store.AddScheduleAsync("nightly", "@hourly", default);

        Assert.Equal(new ScheduleRecord("nightly", "@hourly", Time.GetUtcNow(), IsPaused: false), changed);
    }

    [Fact]
    public async Task An_occurrence_is_enqueued_once()
    {
        var start = (await Store.AddScheduleAsync("nightly", "@daily", default)).LastOccurrence;
        Advance(3 * Hour);
        var first = Spec(delay: -2 * Hour);
        var second = Spec(delay: -Hour);

        Assert.Equal([first.Id], await Store.FireAsync("nightly", [first], default));
        Assert.Equal([second.Id], await Store.FireAsync("nightly", [Spec(delay: -2 * Hour), second], default));
        Assert.Empty(await Store.FireAsync("nightly", [Spec(delay: -3 * Hour), Spec(delay: -Hour)], default));

        Assert.Equal(start + (2 * Hour), Assert.Single(await Store.SchedulesAsync(default)).LastOccurrence);
        Assert.Equal([first.Id, second.Id], (await ClaimAsync(Ada)).Select(static job => job.Spec.Id));
    }

    [Fact]
    public async Task An_occurrence_is_not_enqueued_again_when_its_job_is_forgotten()
    {
        await Store.AddScheduleAsync("nightly", "@daily", default);
        Advance(Hour);
        await Store.FireAsync("nightly", [Spec(delay: TimeSpan.Zero, retention: TimeSpan.Zero)], default);
        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Succeeded);
        Assert.Equal(1, await Store.PruneAsync(10, default));

        Assert.Empty(await Store.FireAsync("nightly", [Spec(delay: TimeSpan.Zero)], default));
    }

    [Fact]
    public async Task Of_many_that_offer_an_occurrence_one_enqueues_it()
    {
        await Store.AddScheduleAsync("nightly", "@daily", default);
        Advance(Hour);
        JobSpec[] offers = [.. Enumerable.Range(0, 20).Select(_ => Spec(delay: TimeSpan.Zero))];

        var fired = await Task.WhenAll(offers.Select(offer => Task.Run(async () => await Store.FireAsync("nightly", [offer], default))));

        Assert.Single(fired.SelectMany(static ids => ids));
        Assert.Single(await ClaimAsync(Ada));
    }

    [Fact]
    public async Task A_paused_schedule_enqueues_nothing_and_counts_from_when_it_is_resumed()
    {
        await Store.AddScheduleAsync("nightly", "@daily", default);
        Advance(Hour);
        Assert.True(await Store.PauseScheduleAsync("nightly", true, default));
        Assert.Empty(await Store.FireAsync("nightly", [Spec(delay: TimeSpan.Zero)], default));
        Assert.True(Assert.Single(await Store.SchedulesAsync(default)).IsPaused);
        Advance(Hour);

        Assert.True(await Store.PauseScheduleAsync("nightly", false, default));

        Assert.Equal(new ScheduleRecord("nightly", "@daily", Time.GetUtcNow(), IsPaused: false), Assert.Single(await Store.SchedulesAsync(default)));
        Assert.Empty(await Store.FireAsync("nightly", [Spec(delay: TimeSpan.Zero)], default));
        Advance(Hour);
        Assert.Single(await Store.FireAsync("nightly", [Spec(delay: TimeSpan.Zero)], default));
    }

    [Fact]
    public async Task A_schedule_that_is_not_paused_is_not_set_back_by_being_resumed()
    {
        var added = await Store.AddScheduleAsync("nightly", "@daily", default);
        Advance(Hour);

        Assert.True(await Store.PauseScheduleAsync("nightly", false, default));

        Assert.Equal([added], await Store.SchedulesAsync(default));
    }

    [Fact]
    public async Task Nothing_comes_of_a_schedule_that_is_not_known()
    {
        Assert.False(await Store.PauseScheduleAsync("nightly", true, default));
        Assert.Empty(await Store.FireAsync("nightly", [Spec(delay: TimeSpan.Zero)], default));
        Assert.Empty(await Store.SchedulesAsync(default));
    }

    [Fact]
    public async Task Headers_come_back_as_they_went()
    {
        var plain = Spec();
        var spec = new JobSpec
        {
            Id = Guid.CreateVersion7(Time.GetUtcNow()),
            Name = "test",
            Queue = "default",
            Args = "1"u8.ToArray(),
            EnqueuedAt = Time.GetUtcNow(),
            Headers = new Dictionary<string, string> { ["traceparent"] = "00-x", ["tenant"] = "Zoë \"\n\0" },
        };
        await EnqueueAsync(plain);
        await EnqueueAsync(spec);

        Assert.Null((await FindAsync(plain.Id)).Spec.Headers);
        Assert.Equal(spec.Headers, (await FindAsync(spec.Id)).Spec.Headers);
        Assert.Equal(spec.Headers, (await ClaimAsync(Ada)).Single(job => job.Spec.Id == spec.Id).Spec.Headers);
    }

    [Fact]
    public async Task An_occurrence_whose_unique_key_another_job_has_is_left_out_and_does_not_come_back()
    {
        await Store.AddScheduleAsync("nightly", "@daily", default);
        Advance(3 * Hour);
        var running = Spec(delay: -2 * Hour, key: "nightly");
        await Store.FireAsync("nightly", [running], default);

        Assert.Empty(await Store.FireAsync("nightly", [Spec(delay: -Hour, key: "nightly")], default));
        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Succeeded);
        Assert.Empty(await Store.FireAsync("nightly", [Spec(delay: -Hour, key: "nightly")], default));

        Assert.Single(await Store.FireAsync("nightly", [Spec(delay: TimeSpan.Zero, key: "nightly")], default));
    }

    [Fact]
    public async Task The_turn_to_enqueue_an_occurrence_is_one_nodes_until_it_is_over()
    {
        await Store.AddScheduleAsync("nightly", "@daily", default);
        Advance(Hour);
        var now = Time.GetUtcNow();

        Assert.Equal(ScheduleTurn.Yours, await TurnAsync(Ada, now));
        Assert.Equal(ScheduleTurn.Others, await TurnAsync(Alan, now));
        Assert.Equal(ScheduleTurn.Yours, await TurnAsync(Ada, now));
        await Store.FireAsync("nightly", [Spec(delay: TimeSpan.Zero)], default);
        Assert.Equal(ScheduleTurn.Over, await TurnAsync(Alan, now));
        Advance(Hour);
        Assert.Equal(ScheduleTurn.Yours, await TurnAsync(Alan, now + Hour));
        Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(ScheduleTurn.Yours, await TurnAsync(Ada, now + Hour));
        await Store.PauseScheduleAsync("nightly", true, default);
        Assert.Equal(ScheduleTurn.Over, await TurnAsync(Ada, now + Hour));
        Assert.Equal(ScheduleTurn.Over, await Store.TakeTurnAsync(Ada.Id, "none", now, TimeSpan.FromSeconds(10), default));
    }

    private ValueTask<ScheduleTurn> TurnAsync(JobNode node, DateTimeOffset occurrence) =>
        Store.TakeTurnAsync(node.Id, "nightly", occurrence, TimeSpan.FromSeconds(10), default);
}

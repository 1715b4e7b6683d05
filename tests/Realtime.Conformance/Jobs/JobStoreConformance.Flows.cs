using Realtime.Jobs;
using Xunit;

namespace Realtime.Conformance.Jobs;

public abstract partial class JobStoreConformance
{
    [Fact]
    public async Task A_job_of_a_flow_waits_until_the_one_before_it_succeeded_and_is_given_its_result()
    {
        var (first, second) = (Member(), Member(new JobFlow { Input = FlowInput.Result }));
        await Store.EnqueueFlowAsync([first, second], [new(first.Id, second.Id)], default);
        Assert.Equal(JobState.Waiting, (await FindAsync(second.Id)).State);
        var running = Assert.Single(await ClaimAsync(Ada));
        Assert.Equal(first.Id, running.Spec.Id);
        Assert.Null(Assert.Single(await Store.InputsAsync(second.Id, default)).State);

        await CompleteAsync(Ada, running, JobState.Succeeded, result: "41"u8.ToArray());

        var next = Assert.Single(await ClaimAsync(Alan));
        Assert.Equal((second.Id, FlowInput.Result, 1), (next.Spec.Id, next.Spec.Flow!.Input, next.Attempt));
        var input = Assert.Single(await Store.InputsAsync(second.Id, default));
        Assert.Equal((first.Id, first.Name, JobState.Succeeded), (input.Id, input.Name, input.State));
        Assert.Equal("41"u8.ToArray(), input.Result);
        Assert.Null(input.Error);
        Assert.Equal([new JobMove(second.Id, second.Name, JobState.Available, null, null)], Moves);
    }

    [Fact]
    public async Task A_join_waits_for_all_of_a_group_and_is_given_their_results_in_order()
    {
        JobSpec[] group = [Member(), Member(), Member()];
        var join = Member(new JobFlow { Input = FlowInput.Results });
        await Store.EnqueueFlowAsync([.. group, join], [.. group.Select(member => new JobLink(member.Id, join.Id))], default);
        var running = await ClaimAsync(Ada);
        Assert.Equal(3, running.Count);

        await CompleteAsync(Ada, running[2], JobState.Succeeded, result: "3"u8.ToArray());
        await CompleteAsync(Ada, running[0], JobState.Succeeded, result: "1"u8.ToArray());
        Assert.Empty(await ClaimAsync(Ada));
        await CompleteAsync(Ada, running[1], JobState.Succeeded);

        Assert.Equal(join.Id, Assert.Single(await ClaimAsync(Ada)).Spec.Id);
        Assert.Equal([(byte)'1', null, (byte)'3'], (await Store.InputsAsync(join.Id, default)).Select(static input => input.Result?.Single()));
    }

    [Theory]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Cancelled)]
    [InlineData(JobState.Quarantined)]
    public async Task What_comes_after_a_job_that_did_not_succeed_is_cancelled_with_the_reason_and_its_siblings_go_on(JobState end)
    {
        JobSpec[] group = [Member(), Member()];
        var (join, last) = (Member(), Member());
        await Store.EnqueueFlowAsync(
            [.. group, join, last], [new(group[0].Id, join.Id), new(group[1].Id, join.Id), new(join.Id, last.Id)], default);
        var running = await ClaimAsync(Ada);

        await CompleteAsync(Ada, running[0], end, error: new JobError("E", "No luck."));

        foreach (var id in new[] { join.Id, last.Id })
        {
            var broken = await FindAsync(id);
            Assert.Equal((JobState.Cancelled, BrokenFlow.Type, Time.GetUtcNow()), (broken.State, broken.Error?.Type, broken.FinishedAt));
            Assert.Contains(group[0].Id.ToString(), broken.Error!.Message, StringComparison.Ordinal);
            Assert.EndsWith("No luck.", broken.Error.Message, StringComparison.Ordinal);
        }
        Assert.Equal([(join.Id, JobState.Cancelled), (last.Id, JobState.Cancelled)], Moves.Select(static move => (move.Id, move.State)));
        Assert.Equal(JobState.Succeeded, await CompleteAsync(Ada, running[1], JobState.Succeeded));
        Assert.Empty(await ClaimAsync(Ada));
    }

    [Fact]
    public async Task A_job_that_runs_however_those_before_it_end_waits_for_all_of_them()
    {
        JobSpec[] group = [Member(), Member()];
        var cleanup = Member(new JobFlow { EvenIfFailed = true });
        await Store.EnqueueFlowAsync([.. group, cleanup], [.. group.Select(member => new JobLink(member.Id, cleanup.Id))], default);
        var running = await ClaimAsync(Ada);

        await CompleteAsync(Ada, running[0], JobState.Failed, error: new JobError("E", "No luck."));
        Assert.Equal(JobState.Waiting, (await FindAsync(cleanup.Id)).State);
        await CompleteAsync(Ada, running[1], JobState.Succeeded);

        Assert.Equal(cleanup.Id, Assert.Single(await ClaimAsync(Ada)).Spec.Id);
        var inputs = await Store.InputsAsync(cleanup.Id, default);
        Assert.Equal([JobState.Failed, JobState.Succeeded], inputs.Select(static input => input.State));
        Assert.Equal(new JobError("E", "No luck."), inputs[0].Error);
    }

    [Fact]
    public async Task A_retry_of_a_job_keeps_what_comes_after_it_waiting()
    {
        var (first, second) = (Member(), Member());
        await Store.EnqueueFlowAsync([first, second], [new(first.Id, second.Id)], default);

        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Scheduled, Time.GetUtcNow(), new JobError("E", "once"));
        Assert.Equal(JobState.Waiting, (await FindAsync(second.Id)).State);
        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Succeeded);

        Assert.Equal(second.Id, Assert.Single(await ClaimAsync(Ada)).Spec.Id);
    }

    [Fact]
    public async Task A_worker_that_lost_its_job_starts_nothing_behind_it()
    {
        var (first, second) = (Member(), Member());
        await Store.EnqueueFlowAsync([first, second], [new(first.Id, second.Id)], default);
        var lost = Assert.Single(await ClaimAsync(Ada));
        await Store.RescueAsync([Ada.Id], default);

        Assert.Null(await CompleteAsync(Ada, lost, JobState.Succeeded));
        Assert.Null(await CompleteAsync(Ada, lost, JobState.Failed));

        Assert.Equal(JobState.Waiting, (await FindAsync(second.Id)).State);
    }

    [Fact]
    public async Task What_comes_after_a_job_whose_worker_died_in_its_last_attempt_is_cancelled()
    {
        var (first, second) = (Member(maxAttempts: 1), Member());
        await Store.EnqueueFlowAsync([first, second], [new(first.Id, second.Id)], default);
        await ClaimAsync(Ada);

        Assert.Equal([new RescuedJob(first.Id, JobState.Failed)], await Store.RescueAsync([Ada.Id], default));

        Assert.Equal((JobState.Cancelled, BrokenFlow.Type), ((await FindAsync(second.Id)).State, (await FindAsync(second.Id)).Error?.Type));
    }

    [Fact]
    public async Task Inputs_outlive_the_jobs_they_come_from()
    {
        var (first, second) = (Member(retention: TimeSpan.Zero), Member(new JobFlow { Input = FlowInput.Result, Delay = TimeSpan.FromHours(1) }));
        await Store.EnqueueFlowAsync([first, second], [new(first.Id, second.Id)], default);
        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Succeeded, result: "7"u8.ToArray());
        Assert.Equal(1, await Store.PruneAsync(10, default));

        Assert.Equal("7"u8.ToArray(), Assert.Single(await Store.InputsAsync(second.Id, default)).Result);
    }

    [Fact]
    public async Task A_delay_in_a_flow_begins_with_the_end_of_the_job_before()
    {
        var (first, second) = (Member(), Member(new JobFlow { Delay = TimeSpan.FromMinutes(1) }));
        await Store.EnqueueFlowAsync([first, second], [new(first.Id, second.Id)], default);
        Advance(TimeSpan.FromMinutes(5));
        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Succeeded);

        var waiting = await FindAsync(second.Id);
        Assert.Equal((JobState.Scheduled, Time.GetUtcNow().AddMinutes(1)), (waiting.State, waiting.DueAt));
        Assert.Equal([new JobMove(second.Id, second.Name, JobState.Scheduled, waiting.DueAt, null)], Moves);
        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, (await Store.StageAsync(10, default)).Staged);
    }

    [Fact]
    public async Task A_join_of_nothing_is_due_at_once()
    {
        var join = Member(new JobFlow { Input = FlowInput.Results });

        await Store.EnqueueFlowAsync([join], [], default);

        Assert.Equal(join.Id, Assert.Single(await ClaimAsync(Ada)).Spec.Id);
        Assert.Empty(await Store.InputsAsync(join.Id, default));
    }

    [Fact]
    public async Task Cancelling_a_job_cancels_all_that_is_under_it_and_starts_nothing()
    {
        var last = Member();
        JobSpec[] group = [Member(parent: last.Id), Member(parent: last.Id), Member(parent: last.Id)];
        var cleanup = Member(new JobFlow { EvenIfFailed = true }, parent: last.Id);
        await Store.EnqueueFlowAsync(
            [.. group, cleanup, last],
            [new(group[0].Id, last.Id), new(group[1].Id, last.Id), new(group[2].Id, last.Id), new(group[0].Id, cleanup.Id)],
            default);
        var running = Assert.Single(await ClaimAsync(Ada, 1));
        var under = Member(parent: group[1].Id);
        await Store.EnqueueFlowAsync([under], [], default);
        var other = await EnqueueAsync();

        Assert.Equal(JobState.Cancelled, await Store.CancelAsync(last.Id, default));

        Assert.Null((await FindAsync(last.Id)).Error);
        foreach (var id in new[] { group[1].Id, group[2].Id, cleanup.Id, under.Id })
        {
            Assert.Equal(JobState.Cancelled, (await FindAsync(id)).State);
        }
        Assert.Equal([running.Spec.Id], (await Store.HeartbeatAsync(Ada, Lease, default)).CancelRequested);
        Assert.Equal(
            new[] { (group[0].Id, JobState.Running), (group[1].Id, JobState.Cancelled), (group[2].Id, JobState.Cancelled), (cleanup.Id, JobState.Cancelled), (under.Id, JobState.Cancelled) }.Order(),
            Moves.Select(static move => (move.Id, move.State)).Order());
        Assert.Equal(other, Assert.Single(await ClaimAsync(Ada)).Spec.Id);
    }

    [Fact]
    public async Task A_job_enqueued_under_one_that_is_being_cancelled_is_cancelled_too()
    {
        var parent = await EnqueueAsync();
        await ClaimAsync(Ada);
        await Store.CancelAsync(parent, default);
        var child = Member(parent: parent);

        await Store.EnqueueFlowAsync([child], [], default);

        Assert.Equal(JobState.Cancelled, (await FindAsync(child.Id)).State);
    }

    [Fact]
    public async Task The_cancel_of_one_of_a_group_leaves_its_siblings_alone()
    {
        JobSpec[] group = [Member(), Member()];
        var join = Member();
        await Store.EnqueueFlowAsync([.. group, join], [.. group.Select(member => new JobLink(member.Id, join.Id))], default);

        await Store.CancelAsync(group[0].Id, default);

        Assert.Equal((JobState.Cancelled, BrokenFlow.Type), ((await FindAsync(join.Id)).State, (await FindAsync(join.Id)).Error?.Type));
        Assert.Equal(group[1].Id, Assert.Single(await ClaimAsync(Ada)).Spec.Id);
    }

    [Fact]
    public async Task The_children_of_a_job_are_found_in_the_order_they_came_in()
    {
        var parent = await EnqueueAsync();
        JobSpec[] children = [Member(parent: parent), Member(parent: parent), Member(parent: parent)];
        await Store.EnqueueFlowAsync(children, [], default);

        Assert.Equal(children.Select(static child => child.Id), (await Store.ChildrenAsync(parent, 10, default)).Select(static child => child.Spec.Id));
        Assert.Equal(2, (await Store.ChildrenAsync(parent, 2, default)).Count);
        Assert.Equal(parent, (await FindAsync(children[0].Id)).Spec.Parent);
        Assert.Empty(await Store.ChildrenAsync(children[0].Id, 10, default));
    }

    [Fact]
    public async Task Members_of_a_group_that_end_at_once_start_the_join_once()
    {
        JobSpec[] group = [.. Enumerable.Range(0, 40).Select(_ => Member())];
        var join = Member();
        await Store.EnqueueFlowAsync([.. group, join], [.. group.Select(member => new JobLink(member.Id, join.Id))], default);
        var running = await ClaimAsync(Ada, 40);

        await Task.WhenAll(running.Select(job => Task.Run(() => CompleteAsync(Ada, job, JobState.Succeeded))));

        Assert.Equal(join.Id, Assert.Single(await ClaimAsync(Ada)).Spec.Id);
        Assert.Equal(join.Id, Assert.Single(Moves).Id);
    }

    [Fact]
    public async Task What_was_cancelled_because_of_a_job_waits_again_when_that_one_is_requeued()
    {
        JobSpec[] group = [Member(), Member(maxAttempts: 1), Member()];
        var (join, last) = (Member(new JobFlow { Input = FlowInput.Results }), Member());
        await Store.EnqueueFlowAsync(
            [.. group, join, last], [.. group.Select(member => new JobLink(member.Id, join.Id)), new(join.Id, last.Id)], default);
        var running = await ClaimAsync(Ada);
        await CompleteAsync(Ada, running[0], JobState.Failed, error: new JobError("E", "first"));
        await CompleteAsync(Ada, running[1], JobState.Quarantined, error: new JobError("E", "second"));
        await CompleteAsync(Ada, running[2], JobState.Succeeded, result: "3"u8.ToArray());

        Assert.Equal(JobState.Cancelled, await Store.RequeueAsync(join.Id, default));
        Assert.Equal(JobState.Available, await Store.RequeueAsync(group[0].Id, default));
        Assert.Equal(JobState.Cancelled, (await FindAsync(join.Id)).State);
        Moves.Clear();
        Assert.Equal(JobState.Available, await Store.RequeueAsync(group[1].Id, default));

        Assert.Equal([(join.Id, JobState.Waiting), (last.Id, JobState.Waiting)], Moves.Select(static move => (move.Id, move.State)));
        foreach (var id in new[] { join.Id, last.Id })
        {
            var waiting = await FindAsync(id);
            Assert.Equal((JobState.Waiting, null, null), (waiting.State, waiting.Error, waiting.FinishedAt));
        }
        foreach (var again in await ClaimAsync(Ada))
        {
            await CompleteAsync(Ada, again, JobState.Succeeded, result: "9"u8.ToArray());
        }
        var released = Assert.Single(await ClaimAsync(Ada));
        Assert.Equal(join.Id, released.Spec.Id);
        Assert.Equal("993"u8.ToArray(), (await Store.InputsAsync(join.Id, default)).SelectMany(static input => input.Result!));
        await CompleteAsync(Ada, released, JobState.Succeeded);
        Assert.Equal(last.Id, Assert.Single(await ClaimAsync(Ada)).Spec.Id);
    }

    [Fact]
    public async Task A_cancelled_job_of_a_flow_that_is_requeued_waits_for_those_before_it()
    {
        var (first, second) = (Member(), Member());
        await Store.EnqueueFlowAsync([first, second], [new(first.Id, second.Id)], default);
        await Store.CancelAsync(second.Id, default);

        Assert.Equal(JobState.Waiting, await Store.RequeueAsync(second.Id, default));

        await CompleteAsync(Ada, Assert.Single(await ClaimAsync(Ada)), JobState.Succeeded);
        Assert.Equal(second.Id, Assert.Single(await ClaimAsync(Ada)).Spec.Id);
    }

    private protected JobSpec Member(JobFlow? flow = null, Guid? parent = null, int maxAttempts = 3, TimeSpan? retention = null)
    {
        var now = Time.GetUtcNow();
        return new JobSpec
        {
            Id = Guid.CreateVersion7(now),
            Name = "member",
            Queue = "default",
            Args = [],
            MaxAttempts = maxAttempts,
            EnqueuedAt = now,
            Retention = retention ?? TimeSpan.FromDays(1),
            Parent = parent,
            Flow = flow ?? new JobFlow(),
        };
    }
}

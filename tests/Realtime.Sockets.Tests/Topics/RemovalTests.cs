using System.Collections.Concurrent;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class RemovalTests
{
    private readonly ConcurrentQueue<(string Topic, LeaveReason Why)> _left = new();
    private readonly SemaphoreSlim _leaves = new(0);

    [Fact]
    public async Task A_member_that_is_removed_is_told_and_hears_no_more_but_keeps_its_other_topics()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("room:a", reference: 1);
        await client.JoinAsync("room:b", reference: 2);
        var member = Assert.Single(app.Topics.MembersOf("room:a"));

        Assert.True(member.Remove("banned", "Behave."));
        Assert.False(member.Remove());
        await app.Topics.PublishAsync("room:a", "said", 1);
        await app.Topics.PublishAsync("room:b", "said", 2);

        Assert.Equal("""{"type":"left","topic":"room:a","error":{"code":"banned","message":"Behave."}}""", (await client.NextAsync()).GetRawText());
        Assert.Equal("room:b", (await client.NextAsync()).Text("topic"));
        Assert.Equal(("room:a", LeaveReason.Removed), await LeftAsync());
        Assert.Equal("not_joined", (await client.AskAsync(new { type = "event", @ref = 3, topic = "room:a", @event = "go" })).Code());
        Assert.Equal("ok", (await client.JoinAsync("room:a", reference: 4)).Text("status"));
    }

    [Fact]
    public async Task A_member_may_be_removed_by_its_own_handler()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("room:a");

        await client.SendAsync(new { type = "event", @ref = 2, topic = "room:a", @event = "go" });

        Assert.Equal("left", (await client.NextAsync()).Text("type"));
        Assert.Equal("gone", (await client.NextAsync()).Text("data"));
        Assert.Equal(("room:a", LeaveReason.Removed), await LeftAsync());
        Assert.Equal(0, app.Topics.Audiences.Count);
    }

    [Theory]
    [InlineData(true, 3002)]
    [InlineData(false, 3501)]
    public async Task A_connection_that_the_app_closes_knows_whether_it_may_return(bool mayReturn, int code)
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("room:a", reference: 1);
        await client.JoinAsync("room:b", reference: 2);

        app.Topics.MembersOf("room:a")[0].Disconnect(mayReturn, "Because.");

        Assert.Equal(code, await client.ClosedAsync());
        Assert.Equal("Because.", client.Socket.CloseStatusDescription);
        await client.DisposeAsync();
        var left = new[] { await LeftAsync(), await LeftAsync() };
        Assert.All(left, static one => Assert.Equal(LeaveReason.Removed, one.Why));
        Assert.Equal(["room:a", "room:b"], left.Select(static one => one.Topic).Order());
    }

    [Fact]
    public async Task A_leave_handler_knows_a_wish_from_a_lost_connection()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("room:a", reference: 1);
        await client.JoinAsync("room:b", reference: 2);

        await client.AskAsync(new { type = "leave", @ref = 3, topic = "room:a" });
        Assert.Equal(("room:a", LeaveReason.Left), await LeftAsync());
        client.Socket.Abort();
        Assert.Equal(("room:b", LeaveReason.ConnectionLost), await LeftAsync());
    }

    [Fact]
    public async Task A_removed_members_leave_handler_waits_for_the_handler_at_work_and_runs_even_when_the_connection_ends_first()
    {
        var app = Create();
        var gate = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        app.Topic("slow", slow => slow
            .On("wait", async () =>
            {
                started.SetResult();
                await gate.Task;
            })
            .OnLeave((Topic topic, LeaveReason why) => Leave(topic, why)));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("slow");
        await client.SendAsync(new { type = "event", topic = "slow", @event = "wait" });
        await started.Task;

        Assert.True(Assert.Single(app.Topics.MembersOf("slow")).Remove());
        Assert.Equal("left", (await client.NextAsync()).Text("type"));
        Assert.Empty(_left);
        client.Socket.Abort();
        gate.SetResult();

        Assert.Equal(("slow", LeaveReason.Removed), await LeftAsync());
    }

    private App Create()
    {
        var app = new App();
        app.Topic("room:{name}", room => room
            .On("go", static (Member member) =>
            {
                member.Remove();
                return "gone";
            })
            .OnLeave((Topic topic, LeaveReason why) => Leave(topic, why)));
        return app;
    }

    private void Leave(Topic topic, LeaveReason why)
    {
        _left.Enqueue((topic.Name, why));
        _leaves.Release();
    }

    private async Task<(string Topic, LeaveReason Why)> LeftAsync()
    {
        Assert.True(await _leaves.WaitAsync(TimeSpan.FromSeconds(20)));
        return _left.TryDequeue(out var left) ? left : default;
    }
}

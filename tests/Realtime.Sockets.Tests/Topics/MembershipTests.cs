using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class MembershipTests
{
    [Fact]
    public async Task An_app_sees_which_topics_have_members_and_who_is_where()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await using var ada = await TestClient.ConnectAsync(server);
        await using var adasPhone = await TestClient.ConnectAsync(server);
        await using var alan = await TestClient.ConnectAsync(server);
        await ada.JoinAsync("room:a", "Ada", 1);
        await ada.JoinAsync("room:b", "Ada", 2);
        await ada.JoinAsync("room:*", reference: 3);
        await adasPhone.JoinAsync("room:a", "Ada", 1);
        await alan.JoinAsync("hall:c", "Alan", 1);

        Assert.Equal(["hall:c", "room:a", "room:b"], app.Topics.Active().Select(static topic => topic.Name).Order());
        Assert.Equal(["room:a", "room:b"], app.Topics.Active("room:*").Select(static topic => topic.Name).Order());
        Assert.Equal("hall:c", Assert.Single(app.Topics.Active("*:c")).Name);
        Assert.Equal(2, app.Topics.CountOf("room:a"));
        Assert.Equal(1, app.Topics.CountOf("room:*"));
        var adas = app.Topics.MembersOfUser("Ada");
        Assert.Equal(["room:a", "room:a", "room:b"], adas.Select(static member => member.Topic.Name).Order());
        var inB = adas.Single(static member => member.Topic.Name == "room:b");
        Assert.Equal(["room:*", "room:a", "room:b"], inB.Memberships.Select(static member => member.Topic.Name).Order());
        Assert.Equal(["room:*", "room:a", "room:b"], app.Topics.MembersOfConnection(inB.ConnectionId).Select(static member => member.Topic.Name).Order());
        Assert.Empty(app.Topics.MembersOfUser("Nobody"));

        await alan.AskAsync(new { type = "leave", @ref = 2, topic = "hall:c" });
        Assert.Empty(app.Topics.Active("hall:*"));
    }

    [Fact]
    public async Task Every_connection_of_a_user_is_closed_and_nobody_elses()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await using var ada = await TestClient.ConnectAsync(server);
        await using var adasPhone = await TestClient.ConnectAsync(server);
        await using var alan = await TestClient.ConnectAsync(server);
        await ada.JoinAsync("room:a", "Ada", 1);
        await ada.JoinAsync("room:b", "Ada", 2);
        await adasPhone.JoinAsync("room:a", "Ada", 1);
        await alan.JoinAsync("room:a", "Alan", 1);

        Assert.Equal(2, app.Topics.DisconnectUser("Ada", reason: "Signed out."));

        Assert.Equal(3501, await ada.ClosedAsync());
        Assert.Equal(3501, await adasPhone.ClosedAsync());
        Assert.Equal("ok", (await alan.AskAsync(new { type = "ping", @ref = 2 })).Text("status"));
        Assert.Throws<ArgumentException>(() => app.Topics.DisconnectUser("Alan", reason: new string('é', 100)));
    }

    private static App Create()
    {
        var app = new App();
        app.Topic("{kind}:{name}", static topic => topic
            .AllowWildcards(static () => true)
            .OnJoin(static (Member member, string? user) => { member.User = user; }));
        return app;
    }
}

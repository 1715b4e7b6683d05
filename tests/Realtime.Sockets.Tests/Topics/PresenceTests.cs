using System.Text.Json;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class PresenceTests
{
    [Fact]
    public async Task Members_hear_who_joins_changes_and_leaves()
    {
        var app = new App();
        Member? alansMember = null;
        app.Topic("room:{name}", room => room.Presence().OnJoin((Member member, Join join) =>
        {
            member.User = join.User;
            member.Data = new { mood = "good" };
            alansMember = member;
        }));
        await using var server = await TestServer.StartAsync(app);
        await using var ada = await TestClient.ConnectAsync(server);
        var alan = await TestClient.ConnectAsync(server);

        await ada.JoinAsync("room:a", new Join("Ada"));
        var me = Assert.Single((await ada.NextAsync()).GetProperty("members").EnumerateArray());
        Assert.Equal(("Ada", "good"), (me.Text("user"), me.GetProperty("data").Text("mood")));

        await alan.JoinAsync("room:a", new Join("Alan"));
        var joined = Assert.Single((await ada.NextAsync()).GetProperty("joined").EnumerateArray());
        Assert.Equal("Alan", joined.Text("user"));
        Assert.NotEqual(me.Text("id"), joined.Text("id"));

        alansMember!.Data = new { mood = "better" };
        var changed = Assert.Single((await ada.NextAsync()).GetProperty("joined").EnumerateArray());
        Assert.Equal((joined.Text("id"), "better"), (changed.Text("id"), changed.GetProperty("data").Text("mood")));

        alan.Socket.Abort();
        var left = await ada.NextAsync();
        Assert.Equal(joined.Text("id"), Assert.Single(left.GetProperty("left").EnumerateArray()).GetString());
        Assert.Equal(0, left.GetProperty("joined").GetArrayLength());
        Assert.Equal(1, app.Topics.CountOf("room:a"));
    }

    [Fact]
    public async Task Two_windows_of_one_person_are_two_members()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        await using var one = await TestClient.ConnectAsync(server);
        await using var other = await TestClient.ConnectAsync(server);
        await one.JoinAsync("room:a", new { user = "Ada" });
        await other.JoinAsync("room:a", new { user = "Ada" });

        var members = (await other.NextAsync()).GetProperty("members").EnumerateArray().ToArray();

        Assert.Equal(["Ada", "Ada"], members.Select(static member => member.Text("user")));
        Assert.NotEqual(members[0].Text("id"), members[1].Text("id"));
    }

    [Fact]
    public async Task Everybody_ends_with_the_same_list_however_many_come_and_go_at_once()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        await using var witness = await TestClient.ConnectAsync(server);
        await witness.JoinAsync("room:a", new { user = "witness" });
        var stay = new List<TestClient>();

        await Task.WhenAll(Enumerable.Range(0, 30).Select(index => Task.Run(async () =>
        {
            var client = await TestClient.ConnectAsync(server);
            await client.JoinAsync("room:a", new { user = $"user {index}" });
            if (index % 3 == 0)
            {
                lock (stay)
                {
                    stay.Add(client);
                }
                return;
            }
            await client.DisposeAsync();
        })));
        while (app.Topics.CountOf("room:a") != 11)
        {
            await Task.Delay(5);
        }
        await app.Topics.PublishAsync("room:a", "end", 0);

        var here = new Dictionary<string, string>();
        for (var message = await witness.NextAsync(); message.Text("type") != "event"; message = await witness.NextAsync())
        {
            Apply(here, message);
        }
        Assert.Equal(app.Topics.MembersOf("room:a").Select(static member => member.Id).Order(), here.Keys.Order());
        foreach (var client in stay)
        {
            await client.DisposeAsync();
        }
    }

    private static void Apply(Dictionary<string, string> here, JsonElement message)
    {
        foreach (var name in new[] { "members", "joined" })
        {
            if (message.TryGetProperty(name, out var members))
            {
                foreach (var member in members.EnumerateArray())
                {
                    here[member.Text("id")!] = member.Text("user")!;
                }
            }
        }
        if (message.TryGetProperty("left", out var left))
        {
            foreach (var id in left.EnumerateArray())
            {
                here.Remove(id.GetString()!);
            }
        }
    }

    private sealed record Join(string User);
}

using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class TopicFeedTests
{
    [Fact]
    public async Task A_viewer_gets_each_event_with_its_name_data_and_place()
    {
        await using var server = await StartAsync();
        using var viewer = await EventReader.OpenAsync(server.Http, "/news");
        var start = (await viewer.NextAsync())!;

        await server.App!.Topics.PublishAsync("news", "item", new { text = "Tea is ready." });

        var item = (await viewer.NextAsync())!;
        Assert.Equal(("item", """{"text":"Tea is ready."}"""), (item.Event, item.Data));
        Assert.EndsWith(":0", start.Id, StringComparison.Ordinal);
        Assert.Equal(start.Id![..^1] + "1", item.Id);
        Assert.InRange(int.Parse(start.Retry!, System.Globalization.CultureInfo.InvariantCulture), 1000, 6000);
        Assert.Equal("text/event-stream", viewer.Response.Content.Headers.ContentType!.ToString());
        Assert.True(viewer.Response.Headers.CacheControl!.NoStore);
        Assert.Equal(["no"], viewer.Response.Headers.GetValues("X-Accel-Buffering"));
    }

    [Fact]
    public async Task A_viewer_that_comes_back_gets_what_it_missed_in_order_and_once_then_what_is_new()
    {
        await using var server = await StartAsync();
        string? last;
        using (var viewer = await EventReader.OpenAsync(server.Http, "/news"))
        {
            await viewer.NextAsync();
            await PublishAsync(server, 1, 3);
            await viewer.NextAsync();
            last = (await viewer.NextAsync())!.Id;
        }
        await PublishAsync(server, 4, 5);

        using var again = await EventReader.OpenAsync(server.Http, "/news", ("Last-Event-ID", last!));
        Assert.Null((await again.NextAsync())!.Event);
        await PublishAsync(server, 6, 6);

        for (var number = 3; number <= 6; number++)
        {
            Assert.Equal($"{number}", (await again.NextAsync())!.Data);
        }
    }

    [Fact]
    public async Task A_viewer_that_was_cut_off_before_the_first_event_misses_none()
    {
        await using var server = await StartAsync();
        string? last;
        using (var viewer = await EventReader.OpenAsync(server.Http, "/news"))
        {
            last = (await viewer.NextAsync())!.Id;
        }
        await PublishAsync(server, 1, 1);

        using var again = await EventReader.OpenAsync(server.Http, "/news", ("Last-Event-ID", last!));

        Assert.NotNull((await again.NextAsync())!.Retry);
        Assert.Equal("1", (await again.NextAsync())!.Data);
    }

    [Theory]
    [InlineData("other:3")]
    [InlineData("nonsense")]
    [InlineData("::99999999999999999999")]
    public async Task A_viewer_whose_place_is_lost_is_told_so(string last)
    {
        await using var server = await StartAsync();
        await PublishAsync(server, 1, 2);

        using var viewer = await EventReader.OpenAsync(server.Http, "/news", ("Last-Event-ID", last));

        Assert.NotNull((await viewer.NextAsync())!.Retry);
        var reset = (await viewer.NextAsync())!;
        Assert.Equal("reset", reset.Event);
        Assert.Contains("\"topic\":\"news\"", reset.Data, StringComparison.Ordinal);
        Assert.EndsWith(":2", reset.Id, StringComparison.Ordinal);
        await PublishAsync(server, 3, 3);
        Assert.Equal("3", (await viewer.NextAsync())!.Data);
    }

    [Fact]
    public async Task A_viewer_who_was_away_for_more_than_is_kept_is_told_so()
    {
        await using var server = await StartAsync();
        using var viewer = await EventReader.OpenAsync(server.Http, "/news");
        var first = (await viewer.NextAsync())!.Id!;
        await PublishAsync(server, 1, 15);

        using var again = await EventReader.OpenAsync(server.Http, "/news", ("Last-Event-ID", first));

        Assert.NotNull((await again.NextAsync())!.Retry);
        Assert.Equal("reset", (await again.NextAsync())!.Event);
    }

    [Fact]
    public async Task Events_of_a_topic_without_history_have_no_place()
    {
        await using var server = await StartAsync();
        using var viewer = await EventReader.OpenAsync(server.Http, "/ticks");
        Assert.Null((await viewer.NextAsync())!.Id);

        await server.App!.Topics.PublishAsync("ticks", "tick", 1);

        Assert.Equal(new ReadEvent("tick", "1", null, null), await viewer.NextAsync());
    }

    [Fact]
    public async Task Events_that_came_by_a_wildcard_say_which_topic_they_are_of()
    {
        await using var server = await StartAsync();
        using var viewer = await EventReader.OpenAsync(server.Http, "/rooms");
        await viewer.NextAsync();

        await server.App!.Topics.PublishAsync("room:lobby", "said", new { text = "Tea?" });
        await server.App!.Topics.PublishAsync<object?>("room:kitchen", "closed", null);

        Assert.Equal(new ReadEvent("said", """{"topic":"room:lobby","data":{"text":"Tea?"}}""", null, null), await viewer.NextAsync());
        Assert.Equal(new ReadEvent("closed", """{"topic":"room:kitchen","data":null}""", null, null), await viewer.NextAsync());
    }

    [Fact]
    public async Task What_is_for_one_user_is_not_shown()
    {
        await using var server = await StartAsync();
        await using var member = await TestClient.ConnectAsync(server);
        await member.JoinAsync("ticks");
        using var viewer = await EventReader.OpenAsync(server.Http, "/ticks");
        await viewer.NextAsync();

        await server.App!.Topics.SendToUserAsync("ticks", "Ada", "secret", 1);
        await server.App!.Topics.PublishAsync("ticks", "tick", 2);

        Assert.Equal("2", (await viewer.NextAsync())!.Data);
    }

    [Fact]
    public async Task A_viewer_who_goes_is_forgotten_and_a_HEAD_hears_nothing()
    {
        await using var server = await StartAsync();
        using (var viewer = await EventReader.OpenAsync(server.Http, "/ticks"))
        {
            await viewer.NextAsync();
            Assert.NotNull(server.App!.Topics.Audiences.Find("ticks"));
        }
        while (server.App!.Topics.Audiences.Find("ticks") is not null)
        {
            await Task.Yield();
        }

        using var head = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/ticks"));

        Assert.Equal("text/event-stream", head.Content.Headers.ContentType!.ToString());
        Assert.Null(server.App!.Topics.Audiences.Find("ticks"));
    }

    private static Task<TestServer> StartAsync()
    {
        var app = new App();
        app.Topic("news", static news => news.History(size: 10));
        app.Topic("ticks", static ticks => ticks.OnJoin(static (Member member) => { member.User = "Ada"; }));
        app.Topic("room:{name}", static room => room.History(size: 10));
        app.Get("/rooms", () => Response.Events(app.Topics.Subscribe("room:*")));
        app.Get("/news", () => Response.Events(app.Topics.Subscribe("news")));
        app.Get("/ticks", () => Response.Events(app.Topics.Subscribe("ticks")));
        return TestServer.StartAsync(app);
    }

    private static async Task PublishAsync(TestServer server, int first, int last)
    {
        for (var number = first; number <= last; number++)
        {
            await server.App!.Topics.PublishAsync("news", "item", number);
        }
    }
}

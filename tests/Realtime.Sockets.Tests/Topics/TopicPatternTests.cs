namespace Realtime.Sockets.Tests.Topics;

public sealed class TopicPatternTests
{
    [Theory]
    [InlineData("room:{name}", "room:lobby", "lobby")]
    [InlineData("room:{name}", "room:", null)]
    [InlineData("room:{name}", "room", null)]
    [InlineData("room:{name}", "room:a:b", null)]
    [InlineData("room:{name}", "rooms:a", null)]
    [InlineData("room:{name}:{what}", "room:a:b", "a,b")]
    [InlineData("metrics", "metrics", "")]
    [InlineData("metrics", "metrics:", null)]
    [InlineData("{any}", "x", "x")]
    [InlineData("{any}", "*", null)]
    [InlineData("room:{id:int}", "room:7", "7")]
    [InlineData("room:{id:int}", "room:-7", "-7")]
    [InlineData("room:{id:int}", "room:seven", null)]
    [InlineData("room:{id:int}:{name}", "room:7:a", "7,a")]
    [InlineData("room:{name:string}", "room:a", "a")]
    public void A_name_matches_part_by_part(string pattern, string name, string? captures) =>
        Assert.Equal(captures, TopicPattern.Parse(pattern).Match(name) is { } values ? string.Join(',', values) : null);

    [Theory]
    [InlineData("room::x")]
    [InlineData("room:{}")]
    [InlineData("room:{a}b")]
    [InlineData("room:{a")]
    [InlineData("{a}:{a}")]
    [InlineData("room:*")]
    [InlineData("room:{a:path}")]
    [InlineData("room:{a:number}")]
    [InlineData("room:{a:}")]
    [InlineData("room:{:int}")]
    public void A_malformed_pattern_is_refused(string pattern) => Assert.Throws<ArgumentException>(() => TopicPattern.Parse(pattern));

    [Fact]
    public void The_most_specific_pattern_wins()
    {
        var app = new App();
        app.Topic("{kind}:{name}", static _ => { });
        app.Topic("room:{name}", static _ => { });
        app.Topic("room:lobby", static _ => { });
        app.Topic("{kind}:lobby", static _ => { });
        app.Topic("room:{id:int}", static _ => { });

        Assert.Equal("room:{id:int}", app.Topics.Match("room:7")!.Definition.Pattern.Text);
        Assert.Equal("room:lobby", app.Topics.Match("room:lobby")!.Definition.Pattern.Text);
        Assert.Equal("room:{name}", app.Topics.Match("room:x")!.Definition.Pattern.Text);
        Assert.Equal("{kind}:lobby", app.Topics.Match("hall:lobby")!.Definition.Pattern.Text);
        Assert.Equal("{kind}:{name}", app.Topics.Match("hall:x")!.Definition.Pattern.Text);
        Assert.Null(app.Topics.Match("room"));
    }

    [Fact]
    public void Two_patterns_for_the_same_names_are_refused()
    {
        var app = new App();
        app.Topic("room:{name}", static _ => { });

        Assert.Throws<InvalidOperationException>(() => app.Topic("room:{id}", static _ => { }));
    }

    [Fact]
    public void A_handler_that_nothing_can_bind_stops_the_start()
    {
        var app = new App();
        app.Topic("room:{name}", static room => room.On("say", static (Uri one, Version two) => { }));

        var wrong = Assert.Throws<InvalidOperationException>(() => app.Build());

        Assert.Contains("room:{name}", wrong.Message);
        Assert.Contains("'two'", wrong.Message);
    }
}

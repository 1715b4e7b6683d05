using Microsoft.Extensions.DependencyInjection;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class TopicClassTests
{
    [Fact]
    public async Task A_class_is_a_topic_with_services_configuration_and_the_same_bindings()
    {
        var app = new App();
        var log = new Log();
        app.Services.AddSingleton(log);
        app.Services.AddScoped<Store>();
        app.Topic<RoomTopic>("room:{name}");
        await using var server = await TestServer.StartAsync(app);
        await using var ada = await TestClient.ConnectAsync(server);

        var joined = await ada.JoinAsync("room:lobby", new { user = "Ada" });
        Assert.Equal("Welcome to lobby, Ada.", joined.GetProperty("data").Text("welcome"));
        Assert.Equal("presence", (await ada.NextAsync()).Text("type"));
        Assert.Equal("hello", (await ada.NextAsync()).Text("event"));

        await ada.SendAsync(new { type = "event", @ref = 2, topic = "room:lobby", @event = "say", data = new { text = "Hi" } });
        Assert.Equal("""{"type":"event","topic":"room:lobby","event":"said","data":"Ada: Hi","offset":1}""", (await ada.NextAsync()).GetRawText());
        Assert.Equal("ok", (await ada.NextAsync()).Text("status"));
        Assert.Equal("ok", (await ada.AskAsync(new { type = "event", @ref = 3, topic = "room:lobby", @event = "shout", data = new { text = "Hi" } })).Text("status"));
        Assert.Equal("unknown_event", (await ada.AskAsync(new { type = "event", @ref = 4, topic = "room:lobby", @event = "helper" })).Code());
        Assert.Equal("ok", (await ada.AskAsync(new { type = "leave", @ref = 5, topic = "room:lobby" })).Text("status"));
        await log.Left.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal("Left", await log.Left.Task);
    }

    [Fact]
    public async Task Each_call_has_an_object_of_its_own_that_is_disposed_with_the_calls_services()
    {
        var app = new App();
        var log = new Log();
        app.Services.AddSingleton(log);
        app.Services.AddScoped<Store>();
        app.Topic<CountingTopic>("count");
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("count");

        Assert.Equal(1, (await client.AskAsync(new { type = "event", @ref = 2, topic = "count", @event = "up" })).GetProperty("data").GetInt32());
        Assert.Equal(1, (await client.AskAsync(new { type = "event", @ref = 3, topic = "count", @event = "up" })).GetProperty("data").GetInt32());
        Assert.Equal("bad_data", (await client.AskAsync(new { type = "event", @ref = 4, topic = "count", @event = "add", data = "x" })).Code());
        Assert.Equal(0, (await client.AskAsync(new { type = "event", @ref = 5, topic = "count", @event = "static" })).GetProperty("data").GetInt32());

        // The one of the faulty call too; the static method needed none.
        Assert.Equal(3, log.Disposed);
    }

    [Fact]
    public async Task An_app_may_give_the_class_another_lifetime()
    {
        var app = new App();
        app.Services.AddSingleton(new Log());
        app.Services.AddSingleton<CountingTopic>();
        app.Topic<CountingTopic>("count");
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("count");

        await client.AskAsync(new { type = "event", @ref = 2, topic = "count", @event = "up" });

        Assert.Equal(2, (await client.AskAsync(new { type = "event", @ref = 3, topic = "count", @event = "up" })).GetProperty("data").GetInt32());
    }

    [Fact]
    public async Task A_class_may_serve_several_patterns_with_configuration_of_each()
    {
        var app = new App();
        app.Services.AddSingleton(new Log());
        app.Topic<CountingTopic>("a");
        app.Topic<CountingTopic>("b:{id:int}", static topic => topic.History(10));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);

        Assert.False((await client.JoinAsync("a", reference: 1)).TryGetProperty("epoch", out _));
        Assert.True((await client.JoinAsync("b:7", reference: 2)).TryGetProperty("epoch", out _));
    }

    [Theory]
    [InlineData(typeof(Empty), "it has no handler")]
    [InlineData(typeof(Stray), "Say handles nothing")]
    [InlineData(typeof(Hidden), "Say has [On], but is not public")]
    [InlineData(typeof(TwoJoins), "OnJoin has a handler already")]
    [InlineData(typeof(TwoForOne), "the event 'say' has a handler already")]
    [InlineData(typeof(WrongConfigure), "its Configure is not public static void Configure(TopicBuilder topic)")]
    [InlineData(typeof(Generic), "Say is generic")]
    public void A_class_that_is_no_topic_is_refused_with_what_to_do(Type type, string problem)
    {
        var error = Assert.Throws<InvalidOperationException>(() => new App().Topics.Define("room:{name}", null, type));

        Assert.Contains("Topic room:{name}", error.Message);
        Assert.Contains(problem, error.Message);
    }

    [Theory]
    [InlineData(typeof(NoService), "its constructor takes 'store' of type Store, which is no service")]
    [InlineData(typeof(Unbindable), "Unbindable.Say: the parameters 'one' and 'two' would both be the client's data")]
    [InlineData(typeof(NotBool), "NotBool.Authorize: it must say true or false")]
    [InlineData(typeof(LeaveWithData), "nothing can bind the parameter 'data'")]
    public void A_mistake_in_a_class_stops_the_start(Type type, string problem)
    {
        var app = new App();
        app.Topics.Define("room:{name}", null, type);

        var error = Assert.Throws<InvalidOperationException>(() => app.Build());

        Assert.Contains("Topic room:{name}", error.Message);
        Assert.Contains(problem, error.Message);
    }

    private sealed record Join(string User);

    private sealed record Say(string Text);

    private sealed class Log
    {
        public TaskCompletionSource<string> Left { get; } = new();

        public int Disposed { get; set; }
    }

    private sealed class Store;

    private sealed class RoomTopic(Store store, Log log)
    {
        public static void Configure(TopicBuilder topic) => topic.History(100).Presence();

        public bool Authorize(Join join) => store is not null && join.User.Length > 0;

        public async Task<object> OnJoinAsync(Member member, string name, Join join)
        {
            await Task.Yield();
            member.User = join.User;
            return new { welcome = $"Welcome to {name}, {join.User}." };
        }

        public ValueTask OnJoined(Member member) => member.SendAsync("hello", 1);

        [On("say")]
        [On("shout")]
        public ValueTask SayAsync(Member member, Say say) => member.Topic.PublishAsync("said", Helper(member, say));

        public void OnLeave(LeaveReason why) => log.Left.SetResult(why.ToString());

        public override string ToString() => "a room";

        internal static string Helper(Member member, Say say) => $"{member.User}: {say.Text}";
    }

    private sealed class CountingTopic(Log log) : IDisposable
    {
        private int _count;

        [On("static")]
        public static int Static() => 0;

        [On("up")]
        public int Up() => ++_count;

        [On("add")]
        public int Add(int number) => _count += number;

        public void Dispose() => log.Disposed++;
    }

    private sealed class Empty;

    private sealed class Stray
    {
        public void OnJoin()
        {
        }

        public void Say()
        {
        }
    }

    private sealed class Hidden
    {
        [On("say")]
        private void Say()
        {
        }
    }

    private sealed class TwoJoins
    {
        public void OnJoin()
        {
        }

        public Task OnJoinAsync() => Task.CompletedTask;
    }

    private sealed class TwoForOne
    {
        [On("say")]
        public void Say()
        {
        }

        [On("say")]
        public void Speak()
        {
        }
    }

    private sealed class WrongConfigure
    {
        public void Configure(TopicBuilder topic)
        {
        }
    }

    private sealed class Generic
    {
        [On("say")]
        public void Say<T>(T data)
        {
        }
    }

    private sealed class NoService(Store store)
    {
        public void OnJoin() => _ = store;
    }

    private sealed class Unbindable
    {
        [On("say")]
        public void Say(Say one, Join two)
        {
        }
    }

    private sealed class NotBool
    {
        public string Authorize() => "yes";
    }

    private sealed class LeaveWithData
    {
        public void OnLeave(Say data)
        {
        }
    }
}

using System.Net;
using Realtime.Hosting;
using Realtime.LoadClient.Protocols;
using Realtime.LoadClient.Reporting;
using Realtime.LoadClient.Scenarios;

namespace Realtime.LoadClient.Tests;

/// <summary>An app under load on a free port: rooms with history and presence as in a chat, topics that keep nothing, routes.</summary>
internal sealed class LoadTarget : IAsyncDisposable
{
    private readonly KestrelServerHost _host;
    private int _said;

    private LoadTarget(KestrelServerHost host) => _host = host;

    public IPEndPoint Address => new(IPAddress.Loopback, _host.Address.Port);

    /// <summary>Starts it.</summary>
    /// <param name="stallAt">Which message of the topic <c>stall</c> takes long; 0 for none.</param>
    /// <param name="stall">How long.</param>
    public static async Task<LoadTarget> StartAsync(int stallAt = 0, TimeSpan stall = default)
    {
        var app = new App();
        app.Topics.Options = app.Topics.Options with { MessageBurst = 1_000_000, MessagesPerSecond = 1_000_000 };
        app.Topic("room:{name}", room =>
        {
            room.History(size: 100);
            room.Presence();
            room.OnJoin((Member member, Join join) =>
            {
                member.User = string.IsNullOrEmpty(join.User) ? throw new TopicError("name_required", "Say who you are.") : join.User;
            });
            room.On("say", (Member member, Say say) => member.Topic.PublishAsync("said", new Said(member.User!, say.Text)));
        });
        app.Topic("ticks:{name}", ticks => ticks.On("say", (Member member, Say say) => member.Topic.PublishAsync("tick", say)));
        LoadTarget? target = null;
        app.Topic("stall", topic => topic.On("say", async (Member member, Say say) =>
        {
            if (++target!._said == stallAt)
            {
                await Task.Delay(stall);
            }
            await member.Topic.PublishAsync("tick", say);
        }));
        app.Get("/hello/{name}", (string name) => $"Hello, {name}!");
        app.Get("/random", () => Guid.NewGuid().ToString());
        app.WebSocket("/echo", async (Socket socket) =>
        {
            await foreach (var message in socket.ReadAllAsync())
            {
                await socket.SendAsync(message);
            }
        });
        target = new LoadTarget(await KestrelServerHost.StartAsync(app));
        return target;
    }

    /// <summary>A plan for a short run.</summary>
    public LoadPlan Plan(ScenarioKind scenario = ScenarioKind.FanOut, IPEndPoint? through = null, string path = "/realtime") => new()
    {
        Scenario = scenario,
        Url = new Uri($"{(scenario == ScenarioKind.Http ? "http" : "ws")}://{through ?? Address}{path}"),
        Connections = 20,
        Rate = 200,
        Settle = TimeSpan.Zero,
        Duration = TimeSpan.FromSeconds(0.5),
        Shape = new MessageShape("say", """{"text":"{text}"}""", """{"user":"{user}"}""", scenario == ScenarioKind.Echo),
    };

    /// <summary>Runs a plan to its end.</summary>
    public static async Task<LoadReport> RunAsync(LoadPlan plan, CancellationToken stop = default) => await Task.Run(() =>
    {
        using var load = Scenario.Of(plan, new Board());
        return load.Run(stop);
    });

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    public sealed record Join(string User);

    public sealed record Say(string Text);

    public sealed record Said(string User, string Text);
}

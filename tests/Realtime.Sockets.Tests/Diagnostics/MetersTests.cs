using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Diagnostics;

public sealed class MetersTests
{
    [Fact]
    public async Task Every_counter_adds_up_after_a_session()
    {
        using var meters = new RecordedMeters();
        var app = ChatApp.Create();
        app.Services.AddSingleton<IMeterFactory>(meters);
        app.WebSocket("/raw", static (Socket socket) => socket.SendAsync("hello"));
        await using var server = await TestServer.StartAsync(app);
        var origin = new TestWebSocketOptions { Headers = new Dictionary<string, string> { ["Origin"] = "http://evil.example" } };
        await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/raw", origin));
        await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/realtime"));
        await using (var ada = await TestClient.ConnectAsync(server))
        await using (var bob = await TestClient.ConnectAsync(server))
        {
            await ada.JoinAsync("room:a", new { user = "Ada" });
            await bob.JoinAsync("room:a", new { user = "Bob" });
            for (var reference = 2; reference < 12; reference++)
            {
                Assert.Equal("ok", (await ada.AskAsync(new { type = "event", @ref = reference, topic = "room:a", @event = "say", data = new { text = "Hi" } })).Text("status"));
            }
            Assert.Equal("bad_data", (await ada.AskAsync(new { type = "event", @ref = 20, topic = "room:a", @event = "say", data = 5 })).Code());
            Assert.Equal("unknown_type", (await bob.AskAsync(new { type = "shout", @ref = 21 })).Code());
            await bob.AskAsync(new { type = "ping", @ref = 22 });
            await bob.AskAsync(new { type = "history", @ref = 23, topic = "room:a" });
            meters.Observe();
            Assert.Equal((2, 1), (meters["realtime.server.active_connections:web_sockets,realtime.v1.json"], meters["realtime.server.active_topics"]));
            Assert.Equal("ok", (await bob.AskAsync(new { type = "leave", @ref = 24, topic = "room:a" })).Text("status"));
        }
        using (var raw = await server.ConnectWebSocketAsync("/raw"))
        {
            await raw.ReceiveAsync(new byte[16].AsMemory(), CancellationToken.None);
            await raw.ReceiveAsync(new byte[16].AsMemory(), CancellationToken.None);
            await raw.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }

        await meters.WaitAsync(static meters => meters["realtime.server.closes:1000,web_sockets"] == 3);
        meters.Observe();
        Assert.Equal(0, meters["realtime.server.active_connections:web_sockets,realtime.v1.json"]);
        Assert.Equal(0, meters["realtime.server.active_connections:web_sockets,raw"]);
        Assert.Equal(0, meters["realtime.server.active_topics"]);
        Assert.Equal(0, meters["realtime.server.queued_bytes"]);
        Assert.Equal(0, meters["realtime.server.drops:disconnect"]);
        Assert.Equal((1, 1), (meters["realtime.server.refused_handshakes:origin"], meters["realtime.server.refused_handshakes:subprotocol"]));
        Assert.Equal(2, meters["realtime.server.joins:room:{name}"]);
        Assert.Equal(20, meters["realtime.server.deliveries"]);
        Assert.Equal(
            (2, 11, 1, 1, 1, 1),
            (meters["realtime.server.received_messages:join"], meters["realtime.server.received_messages:event"], meters["realtime.server.received_messages:ping"],
                meters["realtime.server.received_messages:history"], meters["realtime.server.received_messages:leave"], meters["realtime.server.received_messages:refused"]));
        Assert.Equal(11, meters.CountOf("messaging.process.duration"));
        Assert.Equal(10, meters.CountOf("messaging.client.operation.duration"));
        await meters.WaitAsync(static meters => meters.CountOf("realtime.server.delivery.duration") > 0);
    }

    [Fact]
    public async Task A_handled_event_and_what_it_publishes_are_one_trace()
    {
        var stopped = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Realtime.Sockets",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (stopped)
                {
                    stopped.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("room:traced", new { user = "Ada" });

        await client.AskAsync(new { type = "event", @ref = 2, topic = "room:traced", @event = "say", data = new { text = "Hi" } });
        await client.AskAsync(new { type = "event", @ref = 3, topic = "room:traced", @event = "say", data = new { nothing = 1 } });

        Activity[] own;
        lock (stopped)
        {
            // Tests beside this one are heard too.
            own = [.. stopped.Where(static activity => (string?)activity.GetTagItem("messaging.destination.name") == "room:traced")];
        }
        Assert.Equal(["publish room:{name}", "process room:{name}", "process room:{name}"], own.Select(static activity => activity.DisplayName));
        Assert.Equal(own[1].SpanId, own[0].ParentSpanId);
        Assert.Equal(("say", "said"), (own[1].GetTagItem("realtime.event"), own[0].GetTagItem("realtime.event")));
        Assert.Equal((ActivityStatusCode.Unset, ActivityStatusCode.Error), (own[1].Status, own[2].Status));
        Assert.NotNull(own[2].GetTagItem("error.type"));
    }
}

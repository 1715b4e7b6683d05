// What one writes by hand without a framework: a list of WebSockets and a loop that sends to each. It speaks just enough of
// the realtime protocol for the load, and can be told to misbehave, to see that the load notices:
//   --fault drop        loses one delivery in 997
//   --fault duplicate   makes one delivery in 997 twice
//   --fault reorder     swaps one pair of deliveries in 997
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(builder.Configuration.GetValue<int>("port")));
var app = builder.Build();
var members = new ConcurrentDictionary<Member, bool>();
var fault = builder.Configuration["fault"];

app.UseWebSockets();
app.MapGet("/ready", () => "ready");
app.Map("/realtime", async context =>
{
    using var socket = await context.WebSockets.AcceptWebSocketAsync("realtime.v1.json");
    var member = new Member(socket, fault);
    var buffer = new byte[64 * 1024];
    try
    {
        await member.SendAsync("""{"type":"welcome","connection":"1","heartbeat":25000}"""u8.ToArray());
        while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } received)
        {
            await AnswerAsync(member, buffer.AsMemory(0, received.Count));
        }
    }
    catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ConnectionResetException)
    {
        // The load cuts its connections when it is done.
    }
    finally
    {
        members.TryRemove(member, out _);
    }
});

app.Run();

async Task AnswerAsync(Member member, ReadOnlyMemory<byte> message)
{
    using var document = JsonDocument.Parse(message);
    switch (document.RootElement.GetProperty("type").GetString())
    {
        case "join":
            members[member] = true;
            await member.SendAsync("""{"type":"reply","ref":1,"status":"ok"}"""u8.ToArray());
            break;
        case "event":
            var data = document.RootElement.GetProperty("data").GetRawText();
            var frame = Encoding.UTF8.GetBytes($$"""{"type":"event","topic":"ticks","event":"tick","data":{{data}}}""");
            foreach (var (each, _) in members)
            {
                await each.PublishAsync(frame);
            }
            break;
    }
}

sealed class Member(WebSocket socket, string? fault)
{
    private readonly SemaphoreSlim _one = new(1);
    private byte[]? _held;
    private static int s_count;

    public async ValueTask PublishAsync(byte[] message)
    {
        var chosen = Interlocked.Increment(ref s_count) % 997 == 0;
        switch (fault)
        {
            case "drop" when chosen:
                return;
            case "duplicate" when chosen:
                await SendAsync(message);
                break;
            case "reorder" when chosen:
                _held = message;
                return;
        }
        await SendAsync(message);
        if (_held is { } held)
        {
            _held = null;
            await SendAsync(held);
        }
    }

    public async ValueTask SendAsync(byte[] message)
    {
        await _one.WaitAsync();
        try
        {
            await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            _one.Release();
        }
    }
}

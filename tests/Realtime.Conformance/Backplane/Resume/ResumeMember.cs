using System.Net.WebSockets;
using System.Text.Json;
using Realtime.Sockets;
using Realtime.Testing;

namespace Realtime.Conformance.Backplane;

/// <summary>
/// A client that does what docs/protocol.md asks of one, and complains of every event that does not follow the one before. What it saw goes into
/// <paramref name="seen"/>, to be held against what was published.
/// </summary>
internal sealed class ResumeMember(string topic, TimeSpan patience, List<(string Epoch, long Offset, long Value)> seen) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private WebSocket? _socket;
    private bool _awaitsReset;
    private long _ref;

    /// <summary>The newest place; null before the first join.</summary>
    public StreamPosition? Place { get; private set; }

    /// <summary>Whether it is in the topic, as far as it knows.</summary>
    public bool IsIn { get; private set; }

    /// <summary>Whether its last join was answered with all that it had missed; null where it had no place to go on from.</summary>
    public bool? Recovered { get; private set; }

    /// <summary>Joins, with its place if it has one. False where the connection was lost before the answer.</summary>
    public async Task<bool> JoinAsync(TestServer server, int history)
    {
        _socket ??= await server.ConnectWebSocketAsync("/realtime", new TestWebSocketOptions { Subprotocols = ["realtime.v1.json"] });
        var reference = ++_ref;
        var place = Place;
        await SendAsync(place is { } known
            ? new { type = "join", @ref = reference, topic, epoch = known.Epoch, offset = known.Offset }
            : new { type = "join", @ref = reference, topic, history });
        while (await NextAsync() is { } message)
        {
            // What comes before the answer belongs to the time before.
            if (IsReply(message, reference))
            {
                Answered(message, place);
                return true;
            }
        }
        return false;
    }

    /// <summary>Reads until it is at a place. False where the connection was lost on the way.</summary>
    public async Task<bool> CatchUpAsync(StreamPosition end)
    {
        while (Place != end)
        {
            if (await NextAsync() is not { } message)
            {
                return false;
            }
            Receive(message);
        }
        return true;
    }

    public async Task LeaveAsync()
    {
        var reference = ++_ref;
        await SendAsync(new { type = "leave", @ref = reference, topic });
        IsIn = false;
        while (await NextAsync() is { } message && !IsReply(message, reference))
        {
        }
    }

    public void Drop()
    {
        _socket?.Abort();
        _socket?.Dispose();
        _socket = null;
        IsIn = false;
    }

    public void Dispose() => Drop();

    private static bool IsReply(JsonElement message, long reference) =>
        message.GetProperty("type").ValueEquals("reply") && message.GetProperty("ref").GetInt64() == reference;

    private static StreamPosition PlaceOf(JsonElement message) => new(message.GetProperty("epoch").GetString()!, message.GetProperty("offset").GetInt64());

    private void Answered(JsonElement reply, StreamPosition? place)
    {
        if (!reply.GetProperty("status").ValueEquals("ok"))
        {
            throw new ResumeFailure($"A join was refused: {reply}");
        }
        IsIn = true;
        var recovered = reply.GetProperty("recovered").GetBoolean();
        Recovered = place is null ? null : recovered;
        _awaitsReset = place is not null && !recovered;
        if (recovered && PlaceOf(reply) != place)
        {
            throw new ResumeFailure($"Recovered from {place}, the answer says {reply}.");
        }
        if (place is null)
        {
            Place = PlaceOf(reply);
        }
    }

    private void Receive(JsonElement message)
    {
        if (message.GetProperty("type").ValueEquals("reset"))
        {
            if (!_awaitsReset)
            {
                throw new ResumeFailure($"A reset that nothing asked for: {message}");
            }
            _awaitsReset = false;
            Place = PlaceOf(message);
        }
        else if (message.GetProperty("type").ValueEquals("event"))
        {
            var offset = message.GetProperty("offset").GetInt64();
            if (_awaitsReset || Place is not { } place || offset != place.Offset + 1)
            {
                throw new ResumeFailure($"At {Place}{(_awaitsReset ? " with its reset to come" : "")} came the event {offset}.");
            }
            Place = place with { Offset = offset };
            seen.Add((place.Epoch, offset, message.GetProperty("data").GetProperty("value").GetInt64()));
        }
    }

    private async Task SendAsync(object message)
    {
        try
        {
            await _socket!.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // Closed by the server, as reading will show.
        }
    }

    private async Task<JsonElement?> NextAsync()
    {
        using var limit = new CancellationTokenSource(patience);
        var length = 0;
        try
        {
            while (_socket is not null)
            {
                var result = await _socket.ReceiveAsync(_buffer.AsMemory(length), limit.Token);
                length += result.Count;
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }
                if (result.EndOfMessage)
                {
                    return JsonSerializer.Deserialize<JsonElement>(_buffer.AsSpan(0, length));
                }
            }
        }
        catch (WebSocketException)
        {
        }
        catch (OperationCanceledException)
        {
            throw new ResumeFailure($"At {Place} nothing more came.");
        }
        Drop();
        return null;
    }
}

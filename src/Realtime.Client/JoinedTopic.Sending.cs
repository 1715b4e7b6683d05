using System.Runtime.InteropServices;
using System.Text.Json;

namespace Realtime;

// Speaking: what cannot leave at once waits in a queue, and then leaves one by one. All inside the client's gate, unless said otherwise.
public sealed partial class JoinedTopic
{
    private readonly LinkedList<Call> _queue = new();
    private bool _isDraining;

    // Outside the gate.
    private async Task<ReadOnlyMemory<byte>> CallAsync(string name, object? data, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        cancellationToken.ThrowIfCancellationRequested();
        var reference = _client.NextReference();
        // Written now, so that one that waits is not changed by its sender afterwards.
        return await AskAsync(reference, _client.Messages.Event(reference, Name, name, data is null ? [] : _client.Json.Write(data)), cancellationToken);
    }

    // Outside the gate.
    private async Task<PastEvents> PageAsync(long? before, int? limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var reference = _client.NextReference();
        return PastEventsOf(await AskAsync(reference, _client.Messages.History(reference, Name, before, limit), cancellationToken));
    }

    private async Task<ReadOnlyMemory<byte>> AskAsync(long reference, byte[] message, CancellationToken cancellationToken)
    {
        var call = new Call(reference, message);
        Begin(call);
        await using var registration = cancellationToken.UnsafeRegister(_ => Cancel(call, cancellationToken), state: null);
        return await call.Reply;
    }

    private PastEvents PastEventsOf(ReadOnlyMemory<byte> data)
    {
        var page = data.IsEmpty ? default : ServerMessage.Parse(data);
        if (page.ValueKind != JsonValueKind.Object || !page.TryGetProperty("events"u8, out var items) || items.ValueKind != JsonValueKind.Array)
        {
            throw new RealtimeException("bad_data", $"The server's answer is no page of the history of '{Name}'.");
        }
        var events = new List<ReceivedEvent>(items.GetArrayLength());
        foreach (var item in items.EnumerateArray())
        {
            var json = item.TryGetProperty("data"u8, out var value) ? JsonMarshal.GetRawUtf8Value(value).ToArray() : [];
            long? offset = item.TryGetProperty("offset"u8, out var number) && number.TryGetInt64(out var at) ? at : null;
            events.Add(new ReceivedEvent(Name, ServerMessage.TextOf(item, "event"u8) ?? "", json, offset, _client.Json));
        }
        var hasMore = page.TryGetProperty("more"u8, out var more) && more.ValueKind == JsonValueKind.True;
        return new PastEvents(ServerMessage.TextOf(page, "epoch"u8) ?? "", events, hasMore);
    }

    private void Begin(Call call)
    {
        using var scope = _client.Gate.Enter();
        if (_isOver)
        {
            throw new RealtimeException("not_joined", $"This client is not in '{Name}' any more: join it again to send to it.");
        }
        if (_isJoined && _queue.Count == 0 && _client.HasRoom)
        {
            call.IsUnderWay = true;
            _client.Transmit(call.Reference, call.Message, call.Conclude);
            return;
        }
        if (_queue.Count >= _client.Options.QueueLimit)
        {
            throw new RealtimeException("queue_full", $"{_queue.Count} events of '{Name}' wait to be sent already: wait for their answers, or raise RealtimeClientOptions.QueueLimit.");
        }
        _queue.AddLast(call);
        Drain();
    }

    // Outside the gate.
    private void Cancel(Call call, CancellationToken cancellationToken)
    {
        using var scope = _client.Gate.Enter();
        if (!call.IsUnderWay)
        {
            _queue.Remove(call);
        }
        call.Cancel(cancellationToken);
    }

    private void FailQueue(RealtimeException error)
    {
        foreach (var call in _queue)
        {
            call.Fail(error);
        }
        _queue.Clear();
    }

    /// <summary>Sends what waited, each behind the answer to the one before: in order, and no faster than the server likes it.</summary>
    private void Drain()
    {
        if (!_isJoined || _isDraining || _queue.Count == 0)
        {
            return;
        }
        _isDraining = true;
        _client.Pace.Enter(turn =>
        {
            if (_queue.First is not { } first || !_isJoined)
            {
                _isDraining = false;
                turn.Done();
                return;
            }
            var call = first.Value;
            call.IsUnderWay = true;
            _client.Transmit(call.Reference, call.Message, reply =>
            {
                if (reply is not null && turn.Done(reply))
                {
                    // Too fast: it did not happen, and is sent again later.
                    call.IsUnderWay = false;
                    if (call.Reply.IsCompleted)
                    {
                        // Nor is it wanted any more.
                        _queue.Remove(call);
                    }
                    return;
                }
                if (_queue.First?.Value == call)
                {
                    _queue.RemoveFirst();
                }
                call.Conclude(reply);
                _isDraining = false;
                Drain();
            });
        });
    }

    /// <summary>One event on its way to the server.</summary>
    private sealed class Call(long reference, byte[] message)
    {
        private readonly TaskCompletionSource<ReadOnlyMemory<byte>> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Reference => reference;

        public byte[] Message => message;

        public Task<ReadOnlyMemory<byte>> Reply => _reply.Task;

        /// <summary>Whether it has been sent and not been turned away.</summary>
        public bool IsUnderWay { get; set; }

        /// <summary>Settles it by its reply; null: the connection was lost before the reply came.</summary>
        public void Conclude(ServerMessage? reply)
        {
            if (reply is null)
            {
                Fail(RealtimeException.Lost("The connection was lost before the answer came: the event may or may not have happened."));
            }
            else if (reply.IsOk)
            {
                _reply.TrySetResult(reply.Data);
            }
            else
            {
                Fail(reply.Error);
            }
        }

        public void Fail(RealtimeException error) => _reply.TrySetException(error);

        public void Cancel(CancellationToken cancellationToken) => _reply.TrySetCanceled(cancellationToken);
    }
}

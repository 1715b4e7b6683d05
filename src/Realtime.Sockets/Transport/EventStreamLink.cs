using System.Buffers.Binary;
using System.Text;
using Realtime.Protocol;

namespace Realtime.Sockets;

/// <summary>The link of a client that has no WebSocket: an event stream, closed by saying so and ending it.</summary>
internal sealed class EventStreamLink : Link
{
    private readonly HttpConnection _connection;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _gone;

    /// <summary>Stands in front of a response that has started.</summary>
    /// <param name="connection">The request.</param>
    /// <param name="options">Limits.</param>
    /// <param name="wheel">The wheel of all links.</param>
    /// <param name="bookmark">What gives the events their ids; null for a client that needs none.</param>
    public EventStreamLink(HttpConnection connection, SocketOptions options, TimingWheel wheel, Bookmark? bookmark)
        : base(new Outbox(new EventStream(connection.ResponseBody, bookmark), options.OutboxLimit), options, wheel)
    {
        _connection = connection;
        _gone = connection.Disconnected.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), _ended);
    }

    /// <summary>Completes when the peer has gone or this side has closed; what is queued may still have to be written.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Lets go of the request.</summary>
    public ValueTask ReleaseAsync() => _gone.DisposeAsync();

    protected override async Task SayCloseAsync(int code, string? reason)
    {
        var text = Encoding.UTF8.GetBytes(reason ?? "");
        var frame = new byte[4 + text.Length];
        // A close frame (RFC 6455, section 5.5.1), which the outbox lets nothing follow.
        (frame[0], frame[1]) = (0x88, (byte)(2 + text.Length));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)code);
        text.CopyTo(frame, 4);
        await Outbox.WriteAsync(frame);
        _ended.TrySetResult();
    }

    protected override void Abort()
    {
        _ended.TrySetResult();
        _connection.Abort();
    }
}

using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Realtime.Hosting.Epoll;

/// <summary>One accepted TCP connection: what the loop reads goes into one pipe, what comes out of another is sent where it was written.</summary>
internal sealed partial class EpollConnection : ConnectionContext, IWatchedSocket, IThreadPoolWorkItem, IDuplexPipe
{
    private static long Last;

    private readonly Socket _socket;
    private readonly EpollLoop _loop;
    private readonly MemoryPool<byte> _pool;
    private readonly Pipe _received;
    private readonly EpollOutput _output;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _readEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _id;
    private Exception? _shutdownReason;
    private bool _isShut;
    private volatile EpollStream? _successor;

    public EpollConnection(Socket socket, EpollLoop loop, PipeOptions received)
    {
        _socket = socket;
        _loop = loop;
        _pool = received.Pool;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        _received = new Pipe(received);
        _output = new EpollOutput(socket.SafeHandle, _pool, Sent);
        Transport = this;
    }

    /// <summary>Names it in the loop's events.</summary>
    public ulong Key { get; set; }

    /// <summary>The socket's file descriptor.</summary>
    public nint Descriptor => _socket.Handle;

    public override string ConnectionId
    {
        get => _id ??= Interlocked.Increment(ref Last).ToString("X8");
        set => _id = value;
    }

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    public override IFeatureCollection Features => this;

    public override IDictionary<object, object?> Items
    {
        get => field ??= new ConnectionItems();
        set;
    }

    PipeReader IDuplexPipe.Input => _received.Reader;

    PipeWriter IDuplexPipe.Output => _output;

    /// <summary>Begins to read.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The kernel refuses to watch one more socket.</exception>
    public void Start() => _loop.Add(this);

    /// <summary>Called by the loop: something about the socket has changed.</summary>
    public void OnEvents(uint events)
    {
        if ((events & (EventQueue.PeerClosed | EventQueue.Failed | EventQueue.HungUp)) != 0)
        {
            _ending = true;
            // Pairs with the giving away: either it is seen here, or the end is seen there.
            Interlocked.MemoryBarrier();
        }
        if (_successor is { } successor)
        {
            // Meant for this connection when it was taken from the queue.
            successor.OnEvents(events);
            return;
        }
        if ((events & (EventQueue.Writable | EventQueue.Failed | EventQueue.HungUp)) != 0)
        {
            _output.Writable();
        }
        if ((events & ~EventQueue.Writable) != 0 && Interlocked.Increment(ref _wakes) == 1)
        {
            Read();
        }
    }

    public override void Abort(ConnectionAbortedException abortReason) => Shut(abortReason, reset: true);

    /// <summary>
    /// Gives the socket away: whoever uses this connection from now on sees one that ends, while the socket lives on with its new owner. Only for
    /// who knows that nobody reads or writes here now, nor anything that was read is still to be handled by anybody else.
    /// </summary>
    /// <returns>The socket's bytes; null where they cannot be had just now, or do not go over this connection as they are (TLS).</returns>
    public EpollStream? TryGiveAway(ISocketOwner owner)
    {
        // The right to read, which is never given back.
        if (!ReferenceEquals(Transport, this) || Interlocked.CompareExchange(ref _wakes, 1, 0) != 0)
        {
            return null;
        }
        lock (_readEnded)
        {
            if (!_isShut)
            {
                _successor = new EpollStream(_socket, _loop, owner, ReadAll());
                _loop.Replace(this, _successor);
            }
        }
        if (_successor is null)
        {
            End(null);
            return null;
        }
        Interlocked.MemoryBarrier();
        if (_ending)
        {
            _successor.OnEvents(EventQueue.PeerClosed);
        }
        _received.Writer.Complete();
        _added = [];
        _readEnded.TrySetResult();
        return _successor;
    }

    public override async ValueTask DisposeAsync()
    {
        await _received.Reader.CompleteAsync();
        await _output.CompleteAsync();
        await _sent.Task;
        await _readEnded.Task;
        if (_successor is null)
        {
            _loop.Remove(this);
        }
        _closed.Dispose();
    }

    private byte[] ReadAll()
    {
        if (!_received.Reader.TryRead(out var result))
        {
            return [];
        }
        var bytes = result.Buffer.ToArray();
        _received.Reader.AdvanceTo(result.Buffer.End);
        return bytes;
    }

    /// <summary>All is sent, or nothing more can be.</summary>
    private void Sent(Exception? failure)
    {
        Shut(
            failure switch
            {
                null => new ConnectionAbortedException("The server has sent all and closed the connection."),
                SocketException { SocketErrorCode: SocketError.ConnectionReset } => new ConnectionResetException("The client reset the connection.", failure),
                _ => new IOException("The connection failed.", failure),
            },
            reset: failure is not null);
        // The reading may wait for a reader that is gone.
        _received.Writer.CancelPendingFlush();
        _sent.TrySetResult();
    }

    private void Shut(Exception reason, bool reset)
    {
        // Any object that is here anyway and that nobody else locks.
        lock (_readEnded)
        {
            if (_isShut || _successor is not null)
            {
                return;
            }
            _isShut = true;
            _shutdownReason = reason;
            SocketCalls.Close(_socket, reset);
        }
        // A closed socket has no more events.
        _ending = true;
        _output.Writable();
        if (Interlocked.Increment(ref _wakes) == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}

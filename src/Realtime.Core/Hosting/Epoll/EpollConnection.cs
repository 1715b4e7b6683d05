using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Realtime.Hosting.Epoll;

/// <summary>One accepted TCP connection: what the loop reads goes into one pipe, what comes out of another is sent where it was written.</summary>
internal sealed partial class EpollConnection : ConnectionContext, IThreadPoolWorkItem
{
    private static long Last;

    private readonly Socket _socket;
    private readonly EpollLoop _loop;
    private readonly Pipe _received;
    private readonly Pipe _toSend;
    private readonly MemoryPool<byte> _pool;
    private readonly WritableSignal _writable = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _readEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _shutdown = new();
    private Task? _sending;
    private string? _id;
    private Exception? _shutdownReason;
    private bool _isShut;

    public EpollConnection(Socket socket, EpollLoop loop, PipeOptions received, PipeOptions toSend)
    {
        _socket = socket;
        _loop = loop;
        _pool = received.Pool;
        Descriptor = socket.Handle;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        _received = new Pipe(received);
        _toSend = new Pipe(toSend);
        Transport = new Duplex(_received.Reader, _toSend.Writer);
        _features = Describe();
    }

    /// <summary>Names it in the loop's events.</summary>
    public ulong Key { get; set; }

    /// <summary>The socket's file descriptor.</summary>
    public nint Descriptor { get; }

    public override string ConnectionId
    {
        get => _id ??= Interlocked.Increment(ref Last).ToString("X8");
        set => _id = value;
    }

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    public override IFeatureCollection Features => _features;

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    /// <summary>Begins to read and to send.</summary>
    public void Start()
    {
        _sending = SendAllAsync();
        _loop.Add(this);
    }

    /// <summary>Called by the loop: something about the socket has changed.</summary>
    public void OnEvents(uint events)
    {
        if ((events & (EventQueue.Writable | EventQueue.Failed | EventQueue.HungUp)) != 0)
        {
            _writable.Set();
        }
        if ((events & (EventQueue.PeerClosed | EventQueue.Failed | EventQueue.HungUp)) != 0)
        {
            _ending = true;
        }
        if ((events & ~EventQueue.Writable) != 0 && Interlocked.Increment(ref _wakes) == 1)
        {
            Read();
        }
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        Shut(abortReason, reset: true);
        _toSend.Reader.CancelPendingRead();
    }

    public override async ValueTask DisposeAsync()
    {
        await _received.Reader.CompleteAsync();
        await _toSend.Writer.CompleteAsync();
        await _sending!;
        await _readEnded.Task;
        _loop.Remove(this);
        _closed.Dispose();
    }

    private void Shut(Exception reason, bool reset)
    {
        lock (_shutdown)
        {
            if (_isShut)
            {
                return;
            }
            _isShut = true;
            _shutdownReason = reason;
            if (reset)
            {
                // The peer learns that the rest will not come.
                _socket.Close(timeout: 0);
            }
            else
            {
                try
                {
                    _socket.Shutdown(SocketShutdown.Both);
                }
                catch (SocketException)
                {
                    // The peer was faster.
                }
                _socket.Dispose();
            }
        }
        // A closed socket has no more events.
        _ending = true;
        _writable.Set();
        if (Interlocked.Increment(ref _wakes) == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

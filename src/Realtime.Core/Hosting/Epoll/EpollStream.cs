using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Realtime.Hosting.Epoll;

/// <summary>
/// A socket's bytes with nothing in between: what a WebSocket runs over once its handshake is answered and HTTP has no more part in it.
/// A read receives into the reader's own buffer, on the thread that learns of the bytes; a write sends the writer's own.
/// </summary>
/// <remarks>For one reader and one writer at a time. While nothing comes it holds no buffer.</remarks>
internal sealed partial class EpollStream : Stream, IWatchedSocket, IValueTaskSource<int>, IThreadPoolWorkItem
{
    private const int Dry = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;

    // How much is read on one thread before another one reads on: who sends without end must not keep others from the loop.
    private const int ReadAtOnce = 64 * 1024;

    private readonly System.Net.Sockets.Socket _socket;
    private readonly EpollLoop _loop;
    private readonly ISocketOwner _owner;

    // What was received before this stream had the socket; empty soon.
    private ReadOnlyMemory<byte> _first;
    private Memory<byte> _buffer;
    private ManualResetValueTaskSourceCore<int> _reading;

    // Dry: the socket was found empty, and no event has come since. Waiting: so does the reader.
    private int _state = Signalled;
    private int _readHere;
    private volatile bool _isEnding;
    private int _isClosed;

    /// <summary>Takes over a socket that a loop watches; the loop is told by the caller.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="loop">Its loop.</param>
    /// <param name="owner">Who hears that the peer has gone.</param>
    /// <param name="first">What was received of it and not read.</param>
    public EpollStream(System.Net.Sockets.Socket socket, EpollLoop loop, ISocketOwner owner, ReadOnlyMemory<byte> first)
    {
        _socket = socket;
        _loop = loop;
        _owner = owner;
        _first = first;
    }

    public ulong Key { get; set; }

    public nint Descriptor => _socket.Handle;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException("A connection has no length.");

    public override long Position
    {
        get => throw new NotSupportedException("A connection has no position.");
        set => throw new NotSupportedException("A connection has no position.");
    }

    public void OnEvents(uint events)
    {
        if ((events & (EventQueue.Writable | EventQueue.Failed | EventQueue.HungUp)) != 0)
        {
            _writable?.Set();
        }
        var isEnding = (events & (EventQueue.PeerClosed | EventQueue.Failed | EventQueue.HungUp)) != 0;
        if (isEnding)
        {
            _isEnding = true;
        }
        if ((events & ~EventQueue.Writable) != 0)
        {
            // The last bytes first: the reader sees them before its owner hears that the peer has gone.
            Signal();
        }
        if (isEnding)
        {
            _owner.Gone();
        }
    }

    void IThreadPoolWorkItem.Execute() => Signal();

    /// <summary>
    /// Closes the connection. Disposing of the stream does not: the platform's WebSocket does that when it fails, and the close that says why has yet to reach the peer.
    /// </summary>
    /// <param name="reset">Whether to cut it: the peer learns then that the rest will not come.</param>
    public void Close(bool reset)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }
        _loop.Remove(this);
        SocketCalls.Close(_socket, reset);
        _isEnding = true;
        _writable?.Set();
        // A closed socket has no more events. Not on this thread, which may be anybody's.
        ThreadPool.UnsafeQueueUserWorkItem(static stream => stream.End(), this, preferLocal: false);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("No code of ours blocks: read with ReadAsync.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("No code of ours blocks: write with WriteAsync.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A connection has no position.");

    public override void SetLength(long value) => throw new NotSupportedException("A connection has no length.");

    private static IOException Lost(Exception exception) => exception is SocketException { SocketErrorCode: SocketError.ConnectionReset }
        ? new IOException("The client reset the connection.", exception)
        : new IOException("The connection is over.", exception);

    private void End()
    {
        Signal();
        _owner.Gone();
    }
}

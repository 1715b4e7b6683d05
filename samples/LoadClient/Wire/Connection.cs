using System.Net;
using System.Net.Sockets;

namespace Realtime.LoadClient.Wire;

/// <summary>
/// A socket that never blocks once it is connected: reads go through one buffer that all connections of the thread share, writes that the
/// socket does not take at once wait. An idle connection holds no buffer.
/// </summary>
internal abstract class Connection : IDisposable
{
    private readonly Socket _socket;
    private byte[] _rest = [];
    private int _restLength;
    private byte[] _unsent = [];
    private int _unsentStart;
    private int _unsentEnd;

    /// <summary>Connects; blocks until the peer's system has answered.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="receiveBuffer">The system's receive buffer in bytes, to be a peer that takes little; 0 for the system's own choice.</param>
    /// <exception cref="SocketException">Nobody is there.</exception>
    protected Connection(IPEndPoint address, int receiveBuffer = 0)
    {
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = 5_000 };
        try
        {
            if (receiveBuffer > 0)
            {
                // Before connecting: the window that is offered to the peer follows from it.
                _socket.ReceiveBufferSize = receiveBuffer;
            }
            _socket.Connect(address);
            _socket.Blocking = false;
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public Socket Socket => _socket;

    /// <summary>Why it ended, in two or three words for a table; null while it is open.</summary>
    public string? Ended { get; protected set; }

    /// <summary>Bytes that wait for the peer to take them.</summary>
    public int Unsent => _unsentEnd - _unsentStart;

    /// <summary>Reads once and handles every whole unit.</summary>
    /// <param name="buffer">The thread's buffer.</param>
    public void Read(byte[] buffer)
    {
        // What is left of the last read goes in front; it is rarely more than a part of one frame.
        if (_restLength > buffer.Length / 2)
        {
            Array.Resize(ref _rest, Math.Max(_rest.Length, _restLength * 2));
            buffer = _rest;
        }
        else
        {
            _rest.AsSpan(0, _restLength).CopyTo(buffer);
        }
        var read = _socket.Receive(buffer.AsSpan(_restLength), SocketFlags.None, out var error);
        if (error is SocketError.WouldBlock or SocketError.Interrupted)
        {
            return;
        }
        if (read <= 0 || error != SocketError.Success)
        {
            End("cut off");
            return;
        }
        var bytes = buffer.AsSpan(0, _restLength + read);
        var taken = Take(bytes);
        Keep(bytes[taken..]);
    }

    /// <summary>Sends what waited.</summary>
    public void Flush()
    {
        while (Unsent > 0 && Ended is null)
        {
            var sent = _socket.Send(_unsent.AsSpan(_unsentStart, Unsent), SocketFlags.None, out var error);
            if (error is SocketError.WouldBlock or SocketError.Interrupted)
            {
                return;
            }
            if (error != SocketError.Success)
            {
                End("cut off");
                return;
            }
            _unsentStart += sent;
        }
        _unsentStart = _unsentEnd = 0;
    }

    /// <summary>Goes without a word: the peer sees the end of the stream.</summary>
    public void Vanish() => _socket.Dispose();

    /// <summary>Resets the connection: thousands of sockets that wait for the end of their time would eat the ports of the next run.</summary>
    public void Dispose()
    {
        try
        {
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // Gone already.
        }
        _socket.Dispose();
    }

    /// <summary>Handles whole units at the front of what came.</summary>
    /// <returns>How many bytes they were.</returns>
    protected abstract int Take(Span<byte> bytes);

    protected void End(string why) => Ended ??= why;

    /// <summary>Room for bytes to send, to be followed by <see cref="Commit"/>.</summary>
    protected Span<byte> Reserve(int length)
    {
        if (_unsent.Length - _unsentEnd < length)
        {
            Array.Resize(ref _unsent, Math.Max(256, (_unsent.Length + length) * 2));
        }
        return _unsent.AsSpan(_unsentEnd, length);
    }

    protected void Commit(int length)
    {
        _unsentEnd += length;
        Flush();
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_rest.Length < bytes.Length)
        {
            _rest = new byte[Math.Max(1024, bytes.Length * 2)];
        }
        // The bytes may lie in this very buffer; a span's copy allows for that.
        bytes.CopyTo(_rest);
        _restLength = bytes.Length;
    }
}

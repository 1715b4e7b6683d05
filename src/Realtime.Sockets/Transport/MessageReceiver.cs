using System.Buffers;
using System.Net.WebSockets;
using Realtime.Protocol;

namespace Realtime.Sockets;

/// <summary>Receives whole messages. While it waits for one it holds no buffer.</summary>
/// <param name="connection">The accepted connection, whose server limits the size of messages.</param>
internal sealed class MessageReceiver(WebSocketConnection connection)
{
    private const int FirstLength = 4096;

    private byte[]? _buffer;
    private int _length;

    /// <summary>What the message is.</summary>
    public WebSocketMessageType Type { get; private set; }

    /// <summary>The message, until the next call.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Receives the next message.</summary>
    /// <param name="cancellationToken">Gives up waiting; the socket is then aborted.</param>
    /// <returns>False where the socket was closed instead.</returns>
    public async ValueTask<bool> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        Release();
        // Waits without memory. A message of no bytes ends right here.
        var received = await connection.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
        while (received.MessageType != WebSocketMessageType.Close)
        {
            Type = received.MessageType;
            _length += received.Count;
            if (received.EndOfMessage)
            {
                return true;
            }
            received = await connection.ReceiveAsync(MakeRoom(connection.MaxMessageSize ?? int.MaxValue), cancellationToken);
        }
        Release();
        return false;
    }

    /// <summary>Gives the message's memory back.</summary>
    public void Release()
    {
        _length = 0;
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // No more than the limit: the platform answers when it has filled what it was given, and what is one byte too long must be found at that byte.
    private Memory<byte> MakeRoom(long limit)
    {
        if (_length >= limit)
        {
            return new byte[1];
        }
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(FirstLength);
        }
        else if (_length == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        return _buffer.AsMemory(_length, (int)Math.Min(_buffer.Length - _length, limit - _length));
    }
}

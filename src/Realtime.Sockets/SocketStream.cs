using System.Buffers;
using System.Net.WebSockets;
using Realtime.Sockets;

namespace Realtime;

/// <summary>One message of a <see cref="Socket"/>, read in pieces while it arrives. It cannot be written.</summary>
/// <remarks><c>PipeReader.Create(stream)</c> reads it as a pipe, <c>new StreamReader(stream)</c> as text.</remarks>
public sealed class SocketStream : Stream
{
    private const int ScratchLength = 4096;

    private readonly Link _link;
    private bool _isEnded;
    private bool _isOver;

    internal SocketStream(Link link, WebSocketMessageType type, bool isEnded)
    {
        _link = link;
        _isEnded = isEnded;
        MessageType = type;
    }

    /// <summary>Text (the bytes are UTF-8) or binary.</summary>
    public WebSocketMessageType MessageType { get; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <summary>False.</summary>
    public override bool CanSeek => false;

    /// <summary>False.</summary>
    public override bool CanWrite => false;

    /// <summary>Unknown before the end.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Length => throw new NotSupportedException("A message's length is not known before its end.");

    /// <summary>Not kept.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Position
    {
        get => throw new NotSupportedException("A message is read once, from its beginning to its end.");
        set => throw new NotSupportedException("A message is read once, from its beginning to its end.");
    }

    /// <summary>Reads the message's next piece: as much as the buffer holds, or less at the end of a fragment.</summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="cancellationToken">Gives up waiting; the socket is then aborted.</param>
    /// <returns>How many bytes were read; 0 at the message's end.</returns>
    /// <exception cref="IOException">The socket was closed before the message was whole.</exception>
    /// <exception cref="ObjectDisposedException">The next message was asked for already.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isOver, this);
        while (!_isEnded && !buffer.IsEmpty)
        {
            _link.BeginReceive();
            ValueWebSocketReceiveResult received;
            try
            {
                received = await _link.Connection.ReceiveAsync(buffer, cancellationToken);
            }
            finally
            {
                _link.EndReceive();
            }
            if (received.MessageType == WebSocketMessageType.Close)
            {
                _isOver = true;
                throw new IOException($"The message is not whole: the socket was closed with {_link.Connection.CloseCode} before its end.");
            }
            _isEnded = received.EndOfMessage;
            if (received.Count > 0)
            {
                return received.Count;
            }
        }
        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Not supported: reading would block a thread. Use <see cref="ReadAsync(Memory{byte}, CancellationToken)"/>.</summary>
    /// <param name="buffer">Not used.</param>
    /// <param name="offset">Not used.</param>
    /// <param name="count">Not used.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("No code of ours blocks: read with ReadAsync.");

    /// <summary>Does nothing.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not supported.</summary>
    /// <param name="offset">Not used.</param>
    /// <param name="origin">Not used.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A message is read once, from its beginning to its end.");

    /// <summary>Not supported.</summary>
    /// <param name="value">Not used.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void SetLength(long value) => throw new NotSupportedException("A received message cannot be written.");

    /// <summary>Not supported.</summary>
    /// <param name="buffer">Not used.</param>
    /// <param name="offset">Not used.</param>
    /// <param name="count">Not used.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A received message cannot be written.");

    /// <summary>Reads what is left of the message and ends it.</summary>
    /// <returns>False where the socket was closed first.</returns>
    internal async ValueTask<bool> SkipAsync(CancellationToken cancellationToken)
    {
        if (_isOver)
        {
            return false;
        }
        var scratch = ArrayPool<byte>.Shared.Rent(ScratchLength);
        try
        {
            while (await ReadAsync(scratch, cancellationToken) > 0)
            {
            }
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
            _isOver = true;
        }
    }
}

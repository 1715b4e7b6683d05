using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Realtime.Protocol;

/// <summary>
/// Sits below the platform's WebSocket and notes what it does not tell: whether the peer's close had a code, and the code of
/// the close that it sends by itself over a broken frame.
/// </summary>
internal sealed class WebSocketWatch(Stream inner) : Stream
{
    private const int CloseOpcode = 8;

    private readonly byte[] _header = new byte[14];
    private int _headerLength;
    private ulong _payloadLeft;

    /// <summary>Whether a close frame has come in.</summary>
    public bool PeerClosed { get; private set; }

    /// <summary>Whether the close frame that came in was empty.</summary>
    public bool PeerGaveNoCode { get; private set; }

    /// <summary>The code of the close frame that went out, or null.</summary>
    public int? SentCode { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = inner.ReadAsync(buffer, cancellationToken);
        if (!reading.IsCompletedSuccessfully)
        {
            return AwaitAsync(reading, buffer);
        }
        var read = reading.Result;
        Observe(buffer.Span[..read]);
        return new ValueTask<int>(read);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The platform writes a frame with one call, and a server's frames are not masked.
        var frame = buffer.Span;
        if (frame.Length >= 4 && frame[0] == (0x80 | CloseOpcode))
        {
            SentCode = BinaryPrimitives.ReadUInt16BigEndian(frame[2..]);
        }
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> AwaitAsync(ValueTask<int> reading, Memory<byte> buffer)
    {
        var read = await reading;
        Observe(buffer.Span[..read]);
        return read;
    }

    /// <summary>Walks from frame header to frame header (RFC 6455, section 5.2).</summary>
    private void Observe(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_payloadLeft > 0)
            {
                var skipped = (int)Math.Min(_payloadLeft, (ulong)bytes.Length);
                _payloadLeft -= (ulong)skipped;
                bytes = bytes[skipped..];
                continue;
            }
            _header[_headerLength++] = bytes[0];
            bytes = bytes[1..];
            if (_headerLength < 2 || _headerLength < HeaderLength())
            {
                continue;
            }
            _headerLength = 0;
            _payloadLeft = PayloadLength();
            if ((_header[0] & 0x0F) == CloseOpcode && !PeerClosed)
            {
                PeerClosed = true;
                PeerGaveNoCode = _payloadLeft == 0;
            }
        }
    }

    private int HeaderLength()
    {
        var mask = (_header[1] & 0x80) == 0 ? 0 : 4;
        return mask + (_header[1] & 0x7F) switch
        {
            126 => 4,
            127 => 10,
            _ => 2,
        };
    }

    private ulong PayloadLength() => (_header[1] & 0x7F) switch
    {
        126 => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
        127 => BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(2)),
        var length => (ulong)length,
    };
}

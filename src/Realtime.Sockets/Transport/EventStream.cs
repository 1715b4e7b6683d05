using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>
/// Says a server's frames as server-sent events (WHATWG HTML, section 9.2): the stream below the <see cref="Outbox"/> of a client that has no WebSocket. A
/// text frame becomes an event of its payload, a close frame the event <c>close</c>; pings are not said.
/// </summary>
/// <remarks>So a broadcast is framed once and shared by all, whichever way it goes to them.</remarks>
/// <param name="body">The response's body.</param>
/// <param name="bookmark">What gives the events their ids; null for a client that needs none.</param>
internal sealed class EventStream(PipeWriter body, Bookmark? bookmark = null) : Stream
{
    // Reserved in RFC 6455, and never on a wire: it tells this stream that the bookmark changes here.
    private const int NoteOpcode = 3;


    /// <summary>A frame that is not said: where it stands in the queue, the bookmark's next change takes effect.</summary>
    public static PreparedFrame Note { get; } = PreparedFrame.OfHeader(0x80 | NoteOpcode);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw Unsupported();

    public override long Position
    {
        get => throw Unsupported();
        set => throw Unsupported();
    }

    /// <summary>Writes one or several whole frames, and completes when the peer has taken them.</summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (var rest = buffer; !rest.IsEmpty;)
        {
            var (header, length) = Measure(rest.Span);
            Say(rest.Span[0] & 0x0F, rest.Span.Slice(header, length));
            rest = rest[(header + length)..];
        }
        await body.FlushAsync(cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw Unsupported();

    public override int Read(byte[] buffer, int offset, int count) => throw Unsupported();

    public override long Seek(long offset, SeekOrigin origin) => throw Unsupported();

    public override void SetLength(long value) => throw Unsupported();

    // Each write flushes by itself.
    public override void Flush()
    {
    }

    private static NotSupportedException Unsupported() => new("An event stream is only written to, with WriteAsync.");

    // A server's frames are unmasked (RFC 6455, section 5.2).
    private static (int Header, int Length) Measure(ReadOnlySpan<byte> frame) => frame[1] switch
    {
        126 => (4, BinaryPrimitives.ReadUInt16BigEndian(frame[2..])),
        127 => (10, (int)BinaryPrimitives.ReadUInt64BigEndian(frame[2..])),
        var length => (2, length),
    };

    private void Say(int opcode, ReadOnlySpan<byte> payload)
    {
        switch (opcode)
        {
            case 1:
                bookmark?.WriteBehind(payload, body);
                SayLines(payload);
                break;
            case NoteOpcode:
                bookmark?.TurnPage();
                break;
            case 8:
                body.Write("event: close\n"u8);
                SayLines(JsonSerializer.SerializeToUtf8Bytes(new
                {
                    code = payload.Length < 2 ? CloseCodes.Normal : BinaryPrimitives.ReadUInt16BigEndian(payload),
                    reason = payload.Length < 2 ? "" : Encoding.UTF8.GetString(payload[2..]),
                }));
                break;
        }
    }

    // An app's JSON may be indented: each of its lines is a line of data.
    private void SayLines(ReadOnlySpan<byte> text)
    {
        for (var end = text.IndexOfAny((byte)'\n', (byte)'\r'); end >= 0; end = text.IndexOfAny((byte)'\n', (byte)'\r'))
        {
            SayLine(text[..end]);
            text = text[(end + 1)..];
        }
        SayLine(text);
        body.Write("\n"u8);
    }

    private void SayLine(ReadOnlySpan<byte> line)
    {
        body.Write("data: "u8);
        body.Write(line);
        body.Write("\n"u8);
    }
}

using System.Buffers.Text;
using System.Net;
using System.Text;

namespace Realtime.LoadClient.Wire;

/// <summary>A connection that asks for one thing again and again (HTTP/1.1, RFC 9112), each time when the last answer is whole.</summary>
internal sealed class HttpConnection : Connection
{
    private readonly byte[] _request;
    private readonly Answered _answered;
    private byte[] _chunks = [];

    /// <summary>Connects.</summary>
    public HttpConnection(Target target, byte[] request, Answered answered)
        : base(target.Address)
    {
        _request = request;
        _answered = answered;
    }

    /// <summary>Takes a response: its status, and its body in the bytes it came in.</summary>
    public delegate void Answered(HttpConnection connection, int status, ReadOnlySpan<byte> body);

    public int Tag { get; init; }

    public bool IsBusy { get; private set; }

    /// <summary>The time that the request counts from.</summary>
    public long Due { get; private set; }

    /// <summary>The request that this target's connections send.</summary>
    public static byte[] RequestFor(Target target) => Encoding.ASCII.GetBytes($"GET {target.Path} HTTP/1.1\r\nHost: {target.Host}\r\n\r\n");

    public void Ask(long due)
    {
        IsBusy = true;
        Due = due;
        _request.CopyTo(Reserve(_request.Length));
        Commit(_request.Length);
    }

    protected override int Take(Span<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return 0;
        }
        var head = bytes[..end];
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..], out int status, out _))
        {
            End("no HTTP");
            return bytes.Length;
        }
        var body = bytes[(end + 4)..];
        if (Header(head, "content-length: "u8) is { Length: > 0 } text && Utf8Parser.TryParse(text, out int length, out _))
        {
            return body.Length < length ? 0 : Answer(status, body[..length], end + 4 + length);
        }
        if (Header(head, "transfer-encoding: "u8).StartsWith("chunked"u8))
        {
            return Unchunk(body, out var taken, out var whole) ? Answer(status, whole, end + 4 + taken) : 0;
        }
        if (status is 204 or 304)
        {
            return Answer(status, [], end + 4);
        }
        End("no length");
        return bytes.Length;
    }

    private int Answer(int status, ReadOnlySpan<byte> body, int taken)
    {
        IsBusy = false;
        _answered(this, status, body);
        return taken;
    }

    private bool Unchunk(ReadOnlySpan<byte> bytes, out int taken, out ReadOnlySpan<byte> body)
    {
        taken = 0;
        body = default;
        var length = 0;
        while (true)
        {
            if (!Utf8Parser.TryParse(bytes[taken..], out int size, out var digits, 'x') || bytes[(taken + digits)..].IndexOf("\r\n"u8) is var line && line < 0)
            {
                return false;
            }
            var data = taken + digits + line + 2;
            if (bytes.Length < data + size + 2)
            {
                return false;
            }
            if (size == 0)
            {
                taken = data + 2;
                body = _chunks.AsSpan(0, length);
                return true;
            }
            if (_chunks.Length < length + size)
            {
                Array.Resize(ref _chunks, (length + size) * 2);
            }
            bytes.Slice(data, size).CopyTo(_chunks.AsSpan(length));
            length += size;
            taken = data + size + 2;
        }
    }

    /// <summary>A header's value; names are compared as RFC 9110, section 5.1, says: without case.</summary>
    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        for (var at = head.IndexOf("\r\n"u8); at >= 0; at = head.IndexOf("\r\n"u8))
        {
            head = head[(at + 2)..];
            if (head.Length >= name.Length && Ascii.EqualsIgnoreCase(head[..name.Length], name))
            {
                var value = head[name.Length..];
                var end = value.IndexOf((byte)'\r');
                return end < 0 ? value : value[..end];
            }
        }
        return default;
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Realtime.LoadClient.Wire;

/// <summary>
/// A WebSocket client (RFC 6455) of little more than a socket, which hands out messages in place. Written for load: the platform's client would cost
/// more than the servers that are measured.
/// </summary>
internal sealed class WebSocketConnection : Connection
{
    private const int MostHandshake = 16 * 1024;
    private const int MostMessage = 64 * 1024 * 1024;
    private static readonly byte[] Mask = [0x5a, 0x17, 0xc3, 0x88];

    private readonly IMessageReceiver _receiver;
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
    private readonly bool _binary;
    private bool _open;
    private byte[] _fragments = [];
    private int _fragmentsLength;

    /// <summary>Connects and asks for the WebSocket.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="subprotocol">What to offer; null for none.</param>
    /// <param name="binary">Whether messages are sent as binary ones.</param>
    /// <param name="receiver">Who hears what comes.</param>
    /// <param name="receiveBuffer">See <see cref="Connection"/>.</param>
    public WebSocketConnection(Target target, string? subprotocol, bool binary, IMessageReceiver receiver, int receiveBuffer = 0)
        : base(target.Address, receiveBuffer)
    {
        _receiver = receiver;
        _binary = binary;
        var offer = subprotocol is null ? "" : $"Sec-WebSocket-Protocol: {subprotocol}\r\n";
        var request = Encoding.ASCII.GetBytes(
            $"GET {target.Path} HTTP/1.1\r\nHost: {target.Host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {_key}\r\n{offer}\r\n");
        request.CopyTo(Reserve(request.Length));
        Commit(request.Length);
    }

    /// <summary>The code of the server's close frame; null where there was none.</summary>
    public int? CloseCode { get; private set; }

    /// <summary>What the server answered the handshake with, where it was not 101: its status line, and the beginning of its body.</summary>
    public string? Denial { get; private set; }

    /// <summary>Sends a message in three pieces, which are put together here so that a load need not copy.</summary>
    public void Send(ReadOnlySpan<byte> head, ReadOnlySpan<byte> middle, ReadOnlySpan<byte> tail)
    {
        var length = head.Length + middle.Length + tail.Length;
        var frame = Reserve(length + 14);
        var at = WriteHeader(frame, _binary ? 2 : 1, length);
        var payload = frame.Slice(at, length);
        head.CopyTo(payload);
        middle.CopyTo(payload[head.Length..]);
        tail.CopyTo(payload[(head.Length + middle.Length)..]);
        ApplyMask(payload);
        Commit(at + length);
    }

    public void Send(ReadOnlySpan<byte> message) => Send(message, default, default);

    protected override int Take(Span<byte> bytes)
    {
        var taken = 0;
        if (!_open)
        {
            var end = bytes.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                if (bytes.Length > MostHandshake)
                {
                    End("no HTTP");
                }
                return 0;
            }
            taken = end + 4;
            if (!Accepted(bytes[..taken], bytes[taken..]))
            {
                return bytes.Length;
            }
            _open = true;
            _receiver.Opened();
        }
        while (Ended is null && TryFrame(bytes[taken..]) is > 0 and var length)
        {
            taken += length;
        }
        return Ended is null ? taken : bytes.Length;
    }

    private bool Accepted(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var text = Encoding.Latin1.GetString(head);
        var status = text[..text.IndexOf('\r', StringComparison.Ordinal)];
        if (!status.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
        {
            Denial = $"{status.Replace("HTTP/1.1 ", "", StringComparison.Ordinal)} {Encoding.UTF8.GetString(body[..Math.Min(300, body.Length)])}".Trim();
            End($"handshake {(status.Length >= 12 ? status[9..12] : "no HTTP")}");
            return false;
        }
        var expected = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(_key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
        if (!text.Contains(expected, StringComparison.Ordinal))
        {
            Denial = "101 with a wrong Sec-WebSocket-Accept";
            End("handshake wrong");
            return false;
        }
        return true;
    }

    /// <summary>Handles the frame at the front; 0 where it is not whole yet.</summary>
    private int TryFrame(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2)
        {
            return 0;
        }
        var header = 2;
        long length = bytes[1];
        if (length == 126)
        {
            header = 4;
            length = bytes.Length < 4 ? long.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        }
        else if (length == 127)
        {
            header = 10;
            length = bytes.Length < 10 ? long.MaxValue : BinaryPrimitives.ReadInt64BigEndian(bytes[2..]);
            if (length is < 0 or > MostMessage && bytes.Length >= 10)
            {
                End("frame too large");
                return 0;
            }
        }
        else if (length > 127)
        {
            // RFC 6455, section 5.1: a server does not mask.
            End("frame masked");
            return 0;
        }
        if (bytes.Length - header < length)
        {
            return 0;
        }
        Take(bytes[0], bytes.Slice(header, (int)length));
        return header + (int)length;
    }

    private void Take(byte first, ReadOnlySpan<byte> payload)
    {
        switch (first)
        {
            case 0x81 or 0x82:
                _receiver.Receive(payload);
                break;
            case 0x01 or 0x02:
                _fragmentsLength = 0;
                Gather(payload);
                break;
            case 0x00:
                Gather(payload);
                break;
            case 0x80:
                Gather(payload);
                _receiver.Receive(_fragments.AsSpan(0, _fragmentsLength));
                _fragmentsLength = 0;
                break;
            case 0x88:
                CloseCode = payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : 1005;
                End($"closed {CloseCode}");
                break;
            case 0x89:
                Pong(payload);
                break;
            case 0x8A:
                break;
            default:
                End($"frame 0x{first:X2}");
                break;
        }
    }

    private void Gather(ReadOnlySpan<byte> payload)
    {
        if (_fragments.Length < _fragmentsLength + payload.Length)
        {
            Array.Resize(ref _fragments, (_fragmentsLength + payload.Length) * 2);
        }
        payload.CopyTo(_fragments.AsSpan(_fragmentsLength));
        _fragmentsLength += payload.Length;
    }

    private void Pong(ReadOnlySpan<byte> payload)
    {
        var frame = Reserve(payload.Length + 14);
        var at = WriteHeader(frame, 10, payload.Length);
        payload.CopyTo(frame[at..]);
        ApplyMask(frame.Slice(at, payload.Length));
        Commit(at + payload.Length);
    }

    private static int WriteHeader(Span<byte> frame, int opcode, int length)
    {
        var at = 2;
        frame[0] = (byte)(0x80 | opcode);
        if (length < 126)
        {
            frame[1] = (byte)(0x80 | length);
        }
        else if (length <= ushort.MaxValue)
        {
            frame[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)length);
            at = 4;
        }
        else
        {
            frame[1] = 0x80 | 127;
            BinaryPrimitives.WriteInt64BigEndian(frame[2..], length);
            at = 10;
        }
        Mask.CopyTo(frame[at..]);
        return at + 4;
    }

    private static void ApplyMask(Span<byte> payload)
    {
        for (var index = 0; index < payload.Length; index++)
        {
            payload[index] ^= Mask[index & 3];
        }
    }
}

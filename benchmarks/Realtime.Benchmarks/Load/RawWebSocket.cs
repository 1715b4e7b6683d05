using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Realtime.Benchmarks.Load;

/// <summary>
/// A WebSocket client of little more than a socket: a blocking handshake, then reads that hand out messages in place. Written for
/// load, where the platform's client would cost more than the servers that are measured.
/// </summary>
internal sealed class RawWebSocket : IDisposable
{
    /// <summary>One read's worth, shared by all connections of the (one) thread.</summary>
    private static readonly byte[] Shared = new byte[256 * 1024];
    private static readonly byte[] Mask = [0x5a, 0x17, 0xc3, 0x88];

    private readonly Socket _socket;
    private readonly int _descriptor;
    private byte[] _rest = [];
    private int _restLength;
    private byte[] _fragments = [];
    private int _fragmentsLength;
    private byte[] _unsent = [];
    private int _unsentStart;
    private int _unsentEnd;

    private RawWebSocket(Socket socket)
    {
        _socket = socket;
        _descriptor = (int)socket.Handle;
    }

    /// <summary>Takes a message as the bytes it came in, valid for the call.</summary>
    public delegate void Deliver(ReadOnlySpan<byte> message);

    public int Descriptor => _descriptor;

    /// <summary>Null while open; else the code of the server's close frame, or 1006 where there was none.</summary>
    public int? ClosedWith { get; private set; }

    public int Unsent => _unsentEnd - _unsentStart;

    /// <summary>Connects and shakes hands. Reads block (for at most 10 seconds) until <see cref="StopBlocking"/>.</summary>
    public static RawWebSocket Connect(int port, string path, string? subprotocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 10_000 };
        socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        var connection = new RawWebSocket(socket);
        var offer = subprotocol is null ? "" : $"Sec-WebSocket-Protocol: {subprotocol}\r\n";
        socket.Send(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Convert.ToBase64String(Guid.NewGuid().ToByteArray())}\r\n{offer}\r\n"));
        connection.ReadHandshake();
        return connection;
    }

    /// <summary>Sends a message and waits until one arrives that holds the answer.</summary>
    public void Ask(string message, string answer)
    {
        Send(Encoding.UTF8.GetBytes(message));
        var seen = new StringBuilder();
        while (!seen.ToString().Contains(answer, StringComparison.Ordinal))
        {
            if (ClosedWith is { } code)
            {
                throw new IOException($"The server closed with {code} instead of answering {message}. It said: {seen}");
            }
            if (!Read(part => seen.Append(Encoding.UTF8.GetString(part))))
            {
                throw new IOException($"No answer to {message}. The server said: {seen}");
            }
        }
    }

    public void StopBlocking() => _socket.Blocking = false;

    /// <summary>Sends a text message, masked; what the socket does not take at once waits for <see cref="Flush"/>.</summary>
    public void Send(ReadOnlySpan<byte> payload) => SendFrame(1, payload);

    /// <summary>Sends what waited.</summary>
    public unsafe void Flush()
    {
        while (Unsent > 0 && ClosedWith is null)
        {
            nint sent;
            fixed (byte* bytes = &_unsent[_unsentStart])
            {
                sent = Native.Send(_descriptor, bytes, Unsent, 0x4000);
            }
            if (sent < 0)
            {
                if (Marshal.GetLastPInvokeError() is not (Native.WouldBlock or Native.Interrupted))
                {
                    ClosedWith = 1006;
                }
                return;
            }
            _unsentStart += (int)sent;
        }
        _unsentStart = _unsentEnd = 0;
    }

    /// <summary>Reads once and hands out every whole message; false where nothing was there to read.</summary>
    public unsafe bool Read(Deliver deliver)
    {
        // What is left of the last read goes in front; the rest is rarely more than a part of one frame.
        var buffer = Shared;
        if (_restLength > buffer.Length / 2)
        {
            Array.Resize(ref _rest, Math.Max(_rest.Length, _restLength * 2));
            buffer = _rest;
        }
        else
        {
            _rest.AsSpan(0, _restLength).CopyTo(buffer);
        }

        nint read;
        fixed (byte* free = &buffer[_restLength])
        {
            read = Native.Receive(_descriptor, free, buffer.Length - _restLength, 0);
        }
        if (read <= 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (read == 0 || error is not (Native.WouldBlock or Native.Interrupted))
            {
                ClosedWith ??= 1006;
            }
            return false;
        }

        var bytes = buffer.AsSpan(0, _restLength + (int)read);
        while (ClosedWith is null && TryFrame(ref bytes, deliver))
        {
        }
        Keep(bytes);
        return true;
    }

    public void Dispose()
    {
        // A reset, not a FIN: thousands of sockets in TIME_WAIT would eat the ports of the next run.
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }

    private bool TryFrame(ref Span<byte> bytes, Deliver deliver)
    {
        if (bytes.Length < 2)
        {
            return false;
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
        }
        else if (length > 127)
        {
            throw new IOException("The server masks its frames, which RFC 6455, section 5.1, forbids.");
        }
        if (bytes.Length - header < length)
        {
            return false;
        }
        Take(bytes[0], bytes.Slice(header, (int)length), deliver);
        bytes = bytes[(header + (int)length)..];
        return true;
    }

    private void Take(byte first, ReadOnlySpan<byte> payload, Deliver deliver)
    {
        switch (first)
        {
            case 0x81:
                deliver(payload);
                break;
            case 0x01:
            case 0x00:
                Gather(payload);
                break;
            case 0x80:
                Gather(payload);
                deliver(_fragments.AsSpan(0, _fragmentsLength));
                _fragmentsLength = 0;
                break;
            case 0x88:
                ClosedWith = payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : 1005;
                break;
            case 0x89:
                SendFrame(10, payload);
                break;
            case 0x8A:
                break;
            default:
                throw new IOException($"The server sent a frame that starts with 0x{first:X2}, which no load here asks for.");
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

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_rest.Length < bytes.Length)
        {
            var larger = new byte[Math.Max(1024, bytes.Length * 2)];
            bytes.CopyTo(larger);
            _rest = larger;
        }
        else
        {
            bytes.CopyTo(_rest);
        }
        _restLength = bytes.Length;
    }

    private void SendFrame(int opcode, ReadOnlySpan<byte> payload)
    {
        var needed = payload.Length + 14;
        if (_unsent.Length - _unsentEnd < needed)
        {
            Array.Resize(ref _unsent, (_unsent.Length + needed) * 2);
        }
        var frame = _unsent.AsSpan(_unsentEnd);
        var header = 2;
        frame[0] = (byte)(0x80 | opcode);
        if (payload.Length < 126)
        {
            frame[1] = (byte)(0x80 | payload.Length);
        }
        else
        {
            frame[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], checked((ushort)payload.Length));
            header = 4;
        }
        Mask.CopyTo(frame[header..]);
        for (var index = 0; index < payload.Length; index++)
        {
            frame[header + 4 + index] = (byte)(payload[index] ^ Mask[index & 3]);
        }
        _unsentEnd += header + 4 + payload.Length;
        Flush();
    }

    private void ReadHandshake()
    {
        // Byte by byte up to the empty line: what follows belongs to the first frames.
        var response = new StringBuilder();
        var one = new byte[1];
        while (!response.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (_socket.Receive(one) == 0)
            {
                throw new IOException($"The server ended the handshake: {response}");
            }
            response.Append((char)one[0]);
        }
        if (!response.ToString().StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal))
        {
            throw new IOException($"The server refused the handshake: {response.ToString().Split('\r')[0]}");
        }
    }
}

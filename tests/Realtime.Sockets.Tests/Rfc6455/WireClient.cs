using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Realtime.Sockets.Tests.Rfc6455;

/// <summary>A TCP connection that speaks WebSocket as badly as a test wants it.</summary>
internal sealed class WireClient(Stream stream) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Stream _stream = stream;

    public System.Net.Sockets.Socket Tcp => ((NetworkStream)_stream).Socket;

    /// <summary>The response's head.</summary>
    public string Head { get; private set; } = "";

    /// <summary>Connects and sends nothing.</summary>
    public static async Task<WireClient> ConnectAsync(Uri address)
    {
        var socket = new System.Net.Sockets.Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port);
        return new WireClient(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Connects and shakes hands.</summary>
    /// <param name="address">The server.</param>
    /// <param name="path">The path.</param>
    /// <param name="headers">More header lines, each with its line end.</param>
    public static async Task<WireClient> OpenAsync(Uri address, string path, string headers = "")
    {
        var client = await ConnectAsync(address);
        await client.SendAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"));
        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        return client;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    /// <summary>Sends what a server that has given up may no longer take.</summary>
    public async Task TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Says that nothing more will be sent; a connection that is gone need not be told.</summary>
    public void TryShutdown()
    {
        try
        {
            Tcp.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>Reads up to and with the empty line.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await _stream.ReadAsync(one).AsTask().WaitAsync(Patience) == 1)
        {
            head.Append((char)one[0]);
        }
        return Head = head.ToString();
    }

    /// <summary>Reads the next frame; null where the connection ended.</summary>
    public async Task<ServerFrame?> ReadAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var header = new byte[2];
            await _stream.ReadExactlyAsync(header, limit.Token);
            Assert.True((header[1] & 0x80) == 0, "A server's frame is never masked (RFC 6455, section 5.1).");
            var extended = new byte[(header[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 }];
            await _stream.ReadExactlyAsync(extended, limit.Token);
            var length = extended.Length switch
            {
                2 => BinaryPrimitives.ReadUInt16BigEndian(extended),
                8 => (int)BinaryPrimitives.ReadUInt64BigEndian(extended),
                _ => header[1] & 0x7F,
            };
            var payload = new byte[length];
            await _stream.ReadExactlyAsync(payload, limit.Token);
            return new ServerFrame((header[0] & 0x80) != 0, (header[0] >> 4) & 7, header[0] & 0x0F, payload);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Reads all frames up to the close or the connection's end, written down as the tables have them.</summary>
    public async Task<List<string>> ReadToCloseAsync()
    {
        var frames = new List<string>();
        while (await ReadAsync() is { } frame)
        {
            frames.Add(frame.ToString());
            if (frame.Opcode == Frame.Close)
            {
                return frames;
            }
        }
        frames.Add("end");
        return frames;
    }

    /// <summary>Reads until the server ends the connection: nothing but its end may come.</summary>
    public async Task<bool> EndsAsync() => await ReadAsync() is null;

    /// <summary>Reads a body of a known length.</summary>
    public async Task<string> ReadTextAsync(int length)
    {
        var body = new byte[length];
        await _stream.ReadExactlyAsync(body).AsTask().WaitAsync(Patience);
        return Encoding.UTF8.GetString(body);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}

using System.Net;
using System.Net.Sockets;
using Realtime.LoadClient.Checking;

namespace Realtime.LoadClient.Faults;

/// <summary>
/// Stands between the load and a server and plants one fault: in the Nth message of a load's that passes to a client, over all connections. A check that
/// cannot fail checks nothing.
/// </summary>
internal sealed class FaultProxy : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _server;
    private readonly FaultKind _fault;
    private readonly long _at;
    private readonly int _byte;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _sockets = [];
    private long _passed;

    /// <summary>Listens on a free port.</summary>
    /// <param name="server">Whom to stand before.</param>
    /// <param name="fault">What to plant.</param>
    /// <param name="at">In which message: 1 for the first.</param>
    /// <param name="damaged">For <see cref="FaultKind.Corrupt"/>: which byte of the message.</param>
    public FaultProxy(IPEndPoint server, FaultKind fault, long at, int damaged = 20)
    {
        (_server, _fault, _at, _byte) = (server, fault, at, damaged);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        Address = (IPEndPoint)_listener.LocalEndPoint!;
        _ = AcceptAsync();
    }

    public IPEndPoint Address { get; }

    /// <summary>How many of a load's messages have passed.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        lock (_sockets)
        {
            _sockets.ForEach(static socket => socket.Dispose());
        }
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(_stop.Token);
                var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                lock (_sockets)
                {
                    _sockets.Add(client);
                    _sockets.Add(server);
                }
                await server.ConnectAsync(_server, _stop.Token);
                _ = PassAsync(client, server, null);
                _ = PassAsync(server, client, new Frames(this));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private async Task PassAsync(Socket from, Socket to, Frames? frames)
    {
        var buffer = new byte[128 * 1024];
        var held = 0;
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(held), _stop.Token) is > 0 and var read)
            {
                if (frames is null)
                {
                    await SendAsync(to, buffer.AsMemory(0, read));
                    continue;
                }
                held += read;
                var taken = frames.Take(buffer.AsSpan(0, held));
                await SendAsync(to, frames.Out);
                buffer.AsSpan(taken, held - taken).CopyTo(buffer);
                held -= taken;
                if (held == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            to.Dispose();
            from.Dispose();
        }
    }

    private async ValueTask SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await to.SendAsync(bytes, _stop.Token)..];
        }
    }

    /// <summary>One connection's frames on their way to the client.</summary>
    private sealed class Frames(FaultProxy proxy)
    {
        private byte[] _out = new byte[256 * 1024];
        private int _length;
        private byte[]? _swapped;
        private bool _inHandshake = true;

        public ReadOnlyMemory<byte> Out => _out.AsMemory(0, _length);

        /// <summary>Puts whole frames into <see cref="Out"/>, and says how many bytes they were.</summary>
        public int Take(Span<byte> bytes)
        {
            _length = 0;
            var taken = 0;
            if (_inHandshake)
            {
                var end = bytes.IndexOf("\r\n\r\n"u8);
                if (end < 0)
                {
                    return 0;
                }
                Put(bytes[..(end + 4)]);
                _inHandshake = false;
                taken = end + 4;
            }
            while (LengthOf(bytes[taken..]) is > 0 and var length)
            {
                Pass(bytes.Slice(taken, length));
                taken += length;
            }
            return taken;
        }

        private void Pass(Span<byte> frame)
        {
            var chosen = Texts.Find(frame) >= 0 && Interlocked.Increment(ref proxy._passed) == proxy._at;
            switch (chosen ? proxy._fault : FaultKind.None)
            {
                case FaultKind.Lose:
                    return;
                case FaultKind.Swap:
                    _swapped = frame.ToArray();
                    return;
                case FaultKind.Double:
                    Put(frame);
                    break;
                case FaultKind.Corrupt:
                    var header = HeaderOf(frame);
                    frame[header + (proxy._byte % (frame.Length - header))] ^= 1;
                    break;
            }
            Put(frame);
            if (_swapped is { } swapped)
            {
                _swapped = null;
                Put(swapped);
            }
        }

        private void Put(ReadOnlySpan<byte> bytes)
        {
            if (_out.Length < _length + bytes.Length)
            {
                Array.Resize(ref _out, (_length + bytes.Length) * 2);
            }
            bytes.CopyTo(_out.AsSpan(_length));
            _length += bytes.Length;
        }

        private static int HeaderOf(ReadOnlySpan<byte> frame) => (frame[1] & 127) switch { 126 => 4, 127 => 10, _ => 2 };

        /// <summary>The frame's length with its header; 0 where it is not whole.</summary>
        private static int LengthOf(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length < 2 || bytes.Length < HeaderOf(bytes))
            {
                return 0;
            }
            var header = HeaderOf(bytes);
            var length = header switch
            {
                2 => bytes[1] & 127,
                4 => (bytes[2] << 8) | bytes[3],
                _ => (int)System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            };
            return bytes.Length < header + length ? 0 : header + length;
        }
    }
}

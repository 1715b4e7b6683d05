using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Realtime.Hosting.Epoll;

namespace Realtime.Tests.Hosting.Epoll;

/// <summary>A socket that lives on without Kestrel, over a real pair of sockets and a real loop.</summary>
public sealed class EpollStreamTests : IAsyncLifetime
{
    // More than any socket buffers.
    private const int Large = 50_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StallWatch _watch = new();
    private readonly EpollLoop _loop;
    private readonly Owner _owner = new();
    private readonly System.Net.Sockets.Socket _client = new(SocketType.Stream, ProtocolType.Tcp);
    private EpollConnection _connection = null!;
    private EpollStream _stream = null!;

    public EpollStreamTests() => _loop = new EpollLoop("test", _watch);

    public async Task InitializeAsync()
    {
        using var listener = new System.Net.Sockets.Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        await _client.ConnectAsync(listener.LocalEndPoint!);
        var pipe = new PipeOptions(MemoryPool<byte>.Shared, Continuation.Scheduler, PipeScheduler.ThreadPool, 1 << 20, 1 << 19, useSynchronizationContext: false);
        _connection = new EpollConnection(await listener.AcceptAsync(), _loop, pipe);
        _connection.Start();
        await _client.SendAsync("early"u8.ToArray());
        var input = _connection.Transport.Input;
        for (var isWhole = false; !isWhole;)
        {
            var buffer = (await input.ReadAsync()).Buffer;
            isWhole = buffer.Length == 5;
            input.AdvanceTo(buffer.Start, isWhole ? buffer.Start : buffer.End);
        }
        // Who received the bytes may not have let go of the connection yet.
        while (_connection.TryGiveAway(_owner) is var taken)
        {
            if (taken is not null)
            {
                _stream = taken;
                break;
            }
            await Task.Yield();
        }
    }

    public Task DisposeAsync()
    {
        _stream.Close(reset: true);
        _client.Dispose();
        _loop.Dispose();
        _watch.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_was_received_before_is_read_first()
    {
        await _client.SendAsync("late"u8.ToArray());

        Assert.Equal("earlylate"u8.ToArray(), await ReadAsync(9));
    }

    [Fact]
    public async Task It_lives_on_when_the_connection_that_gave_it_away_ends()
    {
        await _connection.Transport.Input.CompleteAsync();
        await _connection.Transport.Output.CompleteAsync();
        _connection.Abort();
        await _connection.DisposeAsync().AsTask().WaitAsync(Patience);

        await ReadAsync(5);
        await _client.SendAsync("more"u8.ToArray());

        Assert.Equal("more"u8.ToArray(), await ReadAsync(4));
        Assert.Equal(1, _loop.Load);
        _stream.Close(reset: false);
        Assert.Equal(0, _loop.Load);
    }

    [Fact]
    public async Task Bytes_come_in_order_whatever_the_sizes_of_the_pieces()
    {
        await ReadAsync(5);
        var random = new Random(7);
        var expected = new byte[3_000_000];
        random.NextBytes(expected);
        var sending = Task.Run(async () =>
        {
            var pieces = new Random(8);
            for (var sent = 0; sent < expected.Length;)
            {
                var length = Math.Min(pieces.Next(1, 9_000), expected.Length - sent);
                await _client.SendAsync(expected.AsMemory(sent, length));
                sent += length;
            }
        });

        var received = new byte[expected.Length];
        for (var read = 0; read < expected.Length;)
        {
            // As the platform's WebSocket does: first without memory.
            Assert.Equal(0, await _stream.ReadAsync(Memory<byte>.Empty).AsTask().WaitAsync(Patience));
            var length = await _stream.ReadAsync(received.AsMemory(read, Math.Min(random.Next(1, 5_000), expected.Length - read))).AsTask().WaitAsync(Patience);
            Assert.InRange(length, 1, expected.Length);
            read += length;
        }

        await sending.WaitAsync(Patience);
        Assert.True(expected.AsSpan().SequenceEqual(received));
    }

    [Fact]
    public async Task A_read_without_memory_waits_until_something_comes()
    {
        await ReadAsync(5);
        var waiting = _stream.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.False(waiting.IsCompleted);

        await _client.SendAsync("x"u8.ToArray());

        Assert.Equal(0, await waiting.WaitAsync(Patience));
        Assert.Equal("x"u8.ToArray(), await ReadAsync(1));
    }

    [Fact]
    public async Task A_cancelled_read_leaves_what_comes_to_the_next()
    {
        await ReadAsync(5);
        using var cancellation = new CancellationTokenSource();
        var reading = _stream.ReadAsync(new byte[10], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience));

        await _client.SendAsync("later"u8.ToArray());

        Assert.Equal("later"u8.ToArray(), await ReadAsync(5));
    }

    [Fact]
    public async Task The_last_bytes_come_before_the_end()
    {
        await ReadAsync(5);
        await _client.SendAsync("last"u8.ToArray());
        _client.Shutdown(SocketShutdown.Send);

        Assert.Equal("last"u8.ToArray(), await ReadAsync(4));
        Assert.Equal(0, await _stream.ReadAsync(new byte[10]).AsTask().WaitAsync(Patience));
        await _owner.HasGone.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_reset_by_the_peer_ends_the_read_and_tells_the_owner()
    {
        await ReadAsync(5);
        var reading = _stream.ReadAsync(new byte[10]).AsTask();

        _client.Close(timeout: 0);

        await Assert.ThrowsAnyAsync<IOException>(() => reading.WaitAsync(Patience));
        await _owner.HasGone.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_write_waits_until_the_peer_has_made_room()
    {
        var sent = new byte[Large];
        new Random(9).NextBytes(sent);
        var writing = _stream.WriteAsync(sent).AsTask();
        Assert.False(writing.IsCompleted);

        var received = new byte[Large];
        for (var read = 0; read < Large;)
        {
            var length = await _client.ReceiveAsync(received.AsMemory(read)).AsTask().WaitAsync(Patience);
            Assert.NotEqual(0, length);
            read += length;
        }

        await writing.WaitAsync(Patience);
        Assert.True(sent.AsSpan().SequenceEqual(received));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Closing_ends_a_read_and_a_write_that_wait(bool reset)
    {
        await ReadAsync(5);
        var reading = _stream.ReadAsync(new byte[10]).AsTask();
        var writing = _stream.WriteAsync(new byte[Large]).AsTask();

        _stream.Close(reset);

        await Assert.ThrowsAnyAsync<IOException>(() => writing.WaitAsync(Patience));
        await Assert.ThrowsAnyAsync<IOException>(() => reading.WaitAsync(Patience));
        await _owner.HasGone.WaitAsync(Patience);
    }

    private async Task<byte[]> ReadAsync(int length)
    {
        var bytes = new byte[length];
        await _stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(Patience);
        return bytes;
    }

    private sealed class Owner : ISocketOwner
    {
        private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HasGone => _gone.Task;

        public void Gone() => _gone.TrySetResult();
    }
}

using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Realtime.Hosting.Epoll;

namespace Realtime.Tests.Hosting.Epoll;

/// <summary>The writer by itself, over a real pair of sockets: in the server it is always Kestrel that calls it.</summary>
public sealed class EpollOutputTests : IAsyncDisposable
{
    // More than any socket buffers.
    private const int Large = 50_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<Exception?> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly System.Net.Sockets.Socket _server;
    private readonly System.Net.Sockets.Socket _client;
    private readonly CountingPool _pool = new();
    private readonly EpollOutput _output;

    public EpollOutputTests()
    {
        using var listener = new System.Net.Sockets.Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _client = new System.Net.Sockets.Socket(SocketType.Stream, ProtocolType.Tcp);
        _client.Connect(listener.LocalEndPoint!);
        _server = listener.Accept();
        _output = new EpollOutput(_server.SafeHandle, _pool, _completed.SetResult);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _server.Dispose();
        _pool.Dispose();
        return default;
    }

    [Fact]
    public async Task Pieces_of_any_size_arrive_in_order()
    {
        var random = new Random(7);
        var expected = new List<byte>();
        var receiving = ReceiveAllAsync();
        for (var round = 0; round < 300; round++)
        {
            var piece = new byte[random.Next(0, 20_000)];
            random.NextBytes(piece);
            expected.AddRange(piece);
            switch (round % 3)
            {
                case 0:
                    _output.Write(piece);
                    break;
                case 1:
                    piece.CopyTo(_output.GetMemory(piece.Length));
                    _output.Advance(piece.Length);
                    break;
                default:
                    _output.GetSpan(1);
                    _output.Advance(0);
                    _output.Write(piece);
                    break;
            }
            if (random.Next(4) == 0)
            {
                await FlushAsync();
            }
        }
        await _output.CompleteAsync();
        await Writable(_completed.Task);
        _server.Shutdown(SocketShutdown.Send);

        Assert.Equal(expected.ToArray(), await receiving.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_flush_waits_until_the_socket_has_taken_all()
    {
        _output.Write(new byte[Large]);
        var flush = _output.FlushAsync().AsTask();
        Assert.False(flush.IsCompleted);

        var receiving = ReceiveAllAsync();
        await Writable(flush);
        Assert.Equal(0, _output.UnflushedBytes);
        _server.Shutdown(SocketShutdown.Send);

        Assert.Equal(Large, (await receiving.WaitAsync(Patience)).Length);
    }

    [Fact]
    public async Task A_cancelled_flush_keeps_what_it_could_not_send_for_the_next()
    {
        _output.Write(new byte[Large]);
        var flush = _output.FlushAsync().AsTask();
        _output.CancelPendingFlush();
        Assert.True((await flush.WaitAsync(Patience)).IsCanceled);
        Assert.NotEqual(0, _output.UnflushedBytes);

        var receiving = ReceiveAllAsync();
        await Writable(_output.FlushAsync().AsTask());
        _server.Shutdown(SocketShutdown.Send);

        Assert.Equal(Large, (await receiving.WaitAsync(Patience)).Length);
    }

    [Fact]
    public async Task A_flush_that_is_cancelled_before_it_begins_does_not_wait()
    {
        _output.Write(new byte[Large]);
        _output.CancelPendingFlush();

        Assert.True((await _output.FlushAsync().AsTask().WaitAsync(Patience)).IsCanceled);
    }

    [Fact]
    public async Task A_flush_that_its_token_cancelled_leaves_the_next_one_alone()
    {
        using var source = new CancellationTokenSource();
        _output.Write(new byte[Large]);
        var flush = _output.FlushAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush.WaitAsync(Patience));

        var receiving = ReceiveAllAsync();
        Assert.False((await FlushAsync()).IsCanceled);
        _server.Shutdown(SocketShutdown.Send);

        Assert.Equal(Large, (await receiving.WaitAsync(Patience)).Length);
    }

    [Fact]
    public async Task Completing_sends_what_was_written_before()
    {
        _output.Write(new byte[Large]);
        await _output.CompleteAsync();
        Assert.False(_completed.Task.IsCompleted);

        var receiving = ReceiveAllAsync();
        Assert.Null(await Writable(_completed.Task));
        _server.Shutdown(SocketShutdown.Send);

        Assert.Equal(Large, (await receiving.WaitAsync(Patience)).Length);
        Assert.Throws<InvalidOperationException>(() => _output.GetMemory());
    }

    [Fact]
    public async Task Completing_with_a_failure_while_a_flush_waits_ends_it()
    {
        _output.Write(new byte[Large]);
        var flush = _output.FlushAsync().AsTask();
        var failure = new InvalidOperationException("enough");

        await _output.CompleteAsync(failure);

        Assert.True((await flush.WaitAsync(Patience)).IsCompleted);
        Assert.Same(failure, await _completed.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_peer_that_reset_the_connection_completes_the_flush()
    {
        _client.LingerState = new LingerOption(enable: true, seconds: 0);
        _client.Close();
        FlushResult result;
        do
        {
            _output.Write(new byte[100]);
            result = await FlushAsync();
        }
        while (!result.IsCompleted);

        Assert.IsType<SocketException>(await _completed.Task.WaitAsync(Patience));
        _output.Write(new byte[100]);
        Assert.True((await FlushAsync()).IsCompleted);
    }

    [Fact]
    public async Task What_is_written_when_nothing_can_be_sent_any_more_is_not_kept()
    {
        _client.LingerState = new LingerOption(enable: true, seconds: 0);
        _client.Close();
        do
        {
            _output.Write(new byte[100]);
        }
        while (!(await FlushAsync()).IsCompleted);

        for (var round = 0; round < 100; round++)
        {
            _output.Write(new byte[10_000]);
            Assert.True((await FlushAsync()).IsCompleted);
        }

        Assert.InRange(_pool.Rented, 0, 1);
        Assert.Equal(0, _output.UnflushedBytes);
        await _output.CompleteAsync();
        Assert.Equal(0, _pool.Rented);
    }

    private Task<FlushResult> FlushAsync() => Writable(_output.FlushAsync().AsTask());

    /// <summary>Stands in for the loop: says again and again that the socket may take more.</summary>
    private async Task<T> Writable<T>(Task<T> task)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!task.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            _output.Writable();
            await Task.WhenAny(task, Task.Delay(1));
        }
        return await task;
    }

    private async Task<byte[]> ReceiveAllAsync()
    {
        using var all = new MemoryStream();
        var buffer = new byte[1 << 20];
        while (await _client.ReceiveAsync(buffer) is var length and > 0)
        {
            all.Write(buffer, 0, length);
        }
        return all.ToArray();
    }

    /// <summary>Knows how many of its blocks are out.</summary>
    private sealed class CountingPool : MemoryPool<byte>
    {
        private int _rented;

        public int Rented => Volatile.Read(ref _rented);

        public override int MaxBufferSize => Shared.MaxBufferSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            Interlocked.Increment(ref _rented);
            return new Block(this, Shared.Rent(minBufferSize));
        }

        protected override void Dispose(bool disposing)
        {
            // Nothing of its own.
        }

        private sealed class Block(CountingPool pool, IMemoryOwner<byte> inner) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory => inner.Memory;

            public void Dispose()
            {
                Interlocked.Decrement(ref pool._rented);
                inner.Dispose();
            }
        }
    }
}

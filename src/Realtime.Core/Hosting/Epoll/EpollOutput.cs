using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Realtime.Hosting.Epoll;

/// <summary>
/// What a connection sends: collected in blocks of the pool, and sent by whoever flushes, on its own thread. A flush that the socket
/// does not take whole waits until it has, so that nothing piles up here.
/// </summary>
/// <remarks>Like every <see cref="PipeWriter"/>, for one writer at a time, which does not write while it flushes.</remarks>
/// <param name="socket">Where to send.</param>
/// <param name="pool">Where blocks come from.</param>
/// <param name="completed">Called once, when all is sent that ever will be; with the failure where there was one.</param>
internal sealed class EpollOutput(SafeSocketHandle socket, MemoryPool<byte> pool, Action<Exception?> completed) : PipeWriter
{
    // One call of the kernel takes 1,024 at most; so many fill any socket's buffer.
    private const int PiecesAtOnce = 64;

    private readonly WritableSignal _writable = new();
    private readonly Lock _gate = new();
    private Block[] _blocks = [];
    private int _first;
    private int _count;
    private bool _isOver;
    private bool _isComplete;
    private bool _isFlushing;
    private volatile bool _isCanceled;
    private Exception? _failure;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes
    {
        get
        {
            var total = 0L;
            foreach (ref readonly var block in Waiting)
            {
                total += block.Length;
            }
            return total;
        }
    }

    private Span<Block> Waiting => _blocks.AsSpan(_first, _count);

    private ref Block Last => ref _blocks[_first + _count - 1];

    /// <summary>The socket may take more, or has failed.</summary>
    public void Writable() => _writable.Set();

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_isComplete)
        {
            throw new InvalidOperationException("Write after complete: this connection's output has ended.");
        }
        if (_count == 0 || Last.Room < Math.Max(sizeHint, 1))
        {
            AddBlock(sizeHint);
        }
        return Last.Owner.Memory[Last.End..];
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _count == 0 ? 0 : Last.Room);
        // What nobody can send any more is not kept.
        if (bytes > 0 && !_isOver)
        {
            Last.End += bytes;
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_isOver || TrySend())
        {
            return new ValueTask<FlushResult>(Result());
        }
        lock (_gate)
        {
            _isFlushing = true;
        }
        return WaitAndSendAsync(cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        _isCanceled = true;
        _writable.Set();
    }

    public override void Complete(Exception? exception = null)
    {
        lock (_gate)
        {
            if (_isComplete)
            {
                return;
            }
            _isComplete = true;
            _failure = exception;
            if (_isFlushing)
            {
                // Who flushes finishes.
                _writable.Set();
                return;
            }
        }
        _ = FinishAsync();
    }

    /// <summary>Sends what was written before the end; it may take its time.</summary>
    private async Task FinishAsync()
    {
        while (!_isOver && _failure is null && !TrySend())
        {
            await _writable.WaitAsync();
        }
        End(_failure);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> WaitAndSendAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(static output => ((EpollOutput)output!).CancelPendingFlush(), this);
        // Looked at after each attempt to send: it forgets the signals that came before it, those of a cancellation or a failure too.
        while (!_isCanceled && !_isOver && _failure is null)
        {
            await _writable.WaitAsync();
            if (TrySend())
            {
                break;
            }
        }
        bool finish;
        lock (_gate)
        {
            _isFlushing = false;
            finish = _isComplete;
        }
        if (finish)
        {
            await FinishAsync();
        }
        var result = Result();
        cancellationToken.ThrowIfCancellationRequested();
        return result;
    }

    private FlushResult Result()
    {
        var isCanceled = _isCanceled;
        _isCanceled = false;
        return new FlushResult(isCanceled, _isOver);
    }

    /// <summary>Sends what the socket takes.</summary>
    /// <returns>Whether nothing is left to wait for: all is sent, or nothing more can be.</returns>
    private bool TrySend()
    {
        try
        {
            while (_count > 0)
            {
                _writable.Clear();
                var sent = SendSome();
                if (sent < 0)
                {
                    return false;
                }
                Release(sent);
            }
        }
        catch (ObjectDisposedException)
        {
            // Aborted, for a reason that is known there.
            End(null);
        }
        catch (Exception exception)
        {
            End(exception);
        }
        return true;
    }

    private int SendSome()
    {
        Span<SocketCalls.Piece> pieces = stackalloc SocketCalls.Piece[Math.Min(_count, PiecesAtOnce)];
        for (var index = 0; index < pieces.Length; index++)
        {
            pieces[index] = Waiting[index].Piece;
        }
        return SocketCalls.Send(socket, pieces);
    }

    private void End(Exception? failure)
    {
        // Also one that was lent out after the end.
        ReleaseBlocks(_count);
        if (!_isOver)
        {
            _isOver = true;
            completed(failure);
        }
    }

    private void AddBlock(int sizeHint)
    {
        // An empty one that is too small would be an empty piece to send.
        if (_count > 0 && Last.IsEmpty)
        {
            Last.Dispose();
            _count--;
        }
        if (_first + _count == _blocks.Length)
        {
            var blocks = _count < _blocks.Length / 2 ? _blocks : new Block[Math.Max(1, _count * 2)];
            Waiting.CopyTo(blocks);
            _first = 0;
            _blocks = blocks;
        }
        _count++;
        Last = new Block(sizeHint > pool.MaxBufferSize ? new LargeBlock(sizeHint) : pool.Rent(sizeHint > 0 ? sizeHint : -1));
    }

    private void Release(int sent)
    {
        var whole = 0;
        while (whole < _count && sent >= Waiting[whole].Length)
        {
            sent -= Waiting[whole].Length;
            whole++;
        }
        ReleaseBlocks(whole);
        if (sent > 0)
        {
            Waiting[0].Start += sent;
        }
    }

    private void ReleaseBlocks(int count)
    {
        foreach (ref var block in Waiting[..count])
        {
            block.Dispose();
        }
        _first += count;
        _count -= count;
        if (_count == 0)
        {
            _first = 0;
            // An idle connection keeps the room for what most responses need.
            _blocks = _blocks.Length > 1 ? new Block[1] : _blocks;
        }
    }

    /// <summary>A block of memory, pinned while it is here; from start to end waits to be sent.</summary>
    private unsafe struct Block(IMemoryOwner<byte> owner)
    {
        private MemoryHandle _pin = owner.Memory.Pin();

        public readonly IMemoryOwner<byte> Owner => owner;

        public int Start { get; set; }

        public int End { get; set; }

        public readonly int Room => owner.Memory.Length - End;

        public readonly int Length => End - Start;

        public readonly bool IsEmpty => Start == End;

        public readonly SocketCalls.Piece Piece => new((nint)_pin.Pointer + Start, Length);

        public void Dispose()
        {
            _pin.Dispose();
            owner.Dispose();
        }
    }

    /// <summary>More than the pool has in one block.</summary>
    private sealed class LargeBlock(int length) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = new byte[length];

        public void Dispose()
        {
            // The collector's.
        }
    }
}

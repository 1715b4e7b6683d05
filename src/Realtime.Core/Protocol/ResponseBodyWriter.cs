using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;

namespace Realtime.Protocol;

/// <summary>
/// The response's body as the application sees it: a replaceable buffer until the first flush, then a thin way through to
/// the server that counts bytes.
/// </summary>
internal sealed class ResponseBodyWriter(HttpConnection connection) : PipeWriter
{
    private const int SmallestBuffer = 1024;

    private byte[] _buffer = [];
    private long? _declared;
    private PipeWriter? _output;
    private bool _isHead;

    /// <summary>How many bytes the application has written in all.</summary>
    public long Written { get; private set; }

    /// <summary>What is written, before the first flush.</summary>
    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(0, (int)Written);

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _output is null ? Written : _output.CanGetUnflushedBytes ? _output.UnflushedBytes : 0;

    public override Memory<byte> GetMemory(int sizeHint = 0) => Passes(out var output) ? output.GetMemory(AtLeastOne(sizeHint)) : Room(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Passes(out var output) ? output.GetSpan(AtLeastOne(sizeHint)) : Room(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ThrowIfClosed();
        if (_output is { } output)
        {
            if (Count(bytes))
            {
                output.Advance(bytes);
            }
            return;
        }
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_buffer.Length - (int)Written), nameof(bytes));
        Written += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        if (_output is not null)
        {
            return _output.FlushAsync(cancellationToken);
        }
        var starting = StartResponseAsync(cancellationToken);
        if (starting.IsCompletedSuccessfully)
        {
            starting.GetAwaiter().GetResult();
            return _output!.FlushAsync(cancellationToken);
        }
        return StartAndFlushAsync(starting, cancellationToken);

        async ValueTask<FlushResult> StartAndFlushAsync(ValueTask starting, CancellationToken cancellationToken)
        {
            await starting;
            return await _output!.FlushAsync(cancellationToken);
        }
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        if (_output is null)
        {
            return base.WriteAsync(source, cancellationToken);
        }
        return Count(source.Length) ? _output.WriteAsync(source, cancellationToken) : FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => _output?.CancelPendingFlush();

    // The response is completed by the connection: a writer that was merely let go of has not failed.
    public override void Complete(Exception? exception = null)
    {
    }

    public override ValueTask CompleteAsync(Exception? exception = null) => default;

    /// <summary>Sends status, headers and what is buffered, without a flush; later writes pass through.</summary>
    public ValueTask StartResponseAsync(CancellationToken cancellationToken)
    {
        var exchange = connection.Exchange;
        var declared = exchange.ResponseHeaders.ContentLength;
        if (Written > declared)
        {
            throw TooLong(declared.Value);
        }
        connection.BeginResponse(Written);
        _declared = declared;
        _isHead = connection.IsHead;
        var starting = exchange.StartAsync(connection.StatusCode, cancellationToken);
        if (!starting.IsCompletedSuccessfully)
        {
            return AwaitStartAsync(starting, exchange);
        }
        starting.GetAwaiter().GetResult();
        PassBuffer(exchange);
        return default;

        async ValueTask AwaitStartAsync(ValueTask starting, HttpExchange exchange)
        {
            await starting;
            PassBuffer(exchange);
        }
    }

    /// <summary>Counts bytes on their way out, and tells whether they are to be sent (they are not, for HEAD).</summary>
    public bool Count(long bytes)
    {
        ThrowIfClosed();
        if (Written + bytes > _declared)
        {
            throw TooLong(_declared.Value);
        }
        Written += bytes;
        return !_isHead;
    }

    /// <summary>The whole body, where nothing was flushed.</summary>
    public ReadOnlyMemory<byte> TakeAll()
    {
        Debug.Assert(_output is null, "A started response has passed its buffer on.");
        _declared = connection.Exchange.ResponseHeaders.ContentLength;
        if (Written > _declared)
        {
            throw TooLong(_declared.Value);
        }
        _isHead = connection.IsHead;
        ThrowIfShort();
        return _buffer.AsMemory(0, (int)Written);
    }

    public void ThrowIfShort()
    {
        // A HEAD request's handler may leave the body out, and a 304 may declare the length of what it does not send.
        if (Written < _declared && !_isHead && connection.StatusCode is not (204 or 304))
        {
            throw TooShort(Written, _declared.Value);
        }
    }

    public void Reset()
    {
        Written = 0;
        _declared = null;
    }

    /// <summary>Gives the buffer back; behind the end of the response.</summary>
    public void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    /// <summary>Makes it the writer of another response.</summary>
    public void Renew()
    {
        Reset();
        _output = null;
        _isHead = false;
    }

    public static InvalidOperationException TooShort(long written, long declared) => new(
        $"The response ended after {written} of the {declared} bytes that its Content-Length declares: write them all or leave Content-Length out.");

    private static InvalidOperationException TooLong(long declared) => new(
        $"The response's body is longer than the {declared} bytes that its Content-Length declares: declare the true length or leave it out.");

    private bool Passes(out PipeWriter output)
    {
        ThrowIfClosed();
        output = _output!;
        return output is not null && !_isHead;
    }

    /// <summary>Kestrel's writer hands out no memory at all for an unsized request once the peer has gone.</summary>
    private static int AtLeastOne(int sizeHint) => Math.Max(sizeHint, 1);

    private void PassBuffer(HttpExchange exchange)
    {
        _output = exchange.Output;
        if (Written > 0 && !_isHead)
        {
            exchange.Write(_buffer.AsSpan(0, (int)Written));
        }
        if (!_isHead)
        {
            Release();
        }
    }

    private Memory<byte> Room(int sizeHint)
    {
        // Bytes for a HEAD request are counted and forgotten: behind the start the buffer is scratch.
        var used = _output is null ? (int)Written : 0;
        var needed = used + Math.Max(sizeHint, 1);
        if (needed > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(needed, _buffer.Length * 2), SmallestBuffer));
            _buffer.AsSpan(0, used).CopyTo(larger);
            Release();
            _buffer = larger;
        }
        return _buffer.AsMemory(used);
    }

    private void ThrowIfClosed()
    {
        _ = connection.Exchange;
        connection.ThrowIfComplete("The response's body was written to");
    }
}

using System.Buffers;
using System.IO.Pipelines;

namespace Realtime.Protocol;

/// <summary>The request's body as the application sees it: limited in size, and closed when the application has returned.</summary>
internal sealed class RequestBodyReader(HttpConnection connection) : PipeReader
{
    private PipeReader _input = null!;
    private long? _limit;
    private ReadOnlySequence<byte> _unconsumed;
    private bool _isRead;
    private bool _isCancelAsked;
    private long _consumed;

    /// <summary>Whether the body was refused, so that the rest of it is not worth reading.</summary>
    public bool WasRejected { get; private set; }

    /// <summary>Makes it the reader of a request's body.</summary>
    public RequestBodyReader Over(PipeReader input, long? limit)
    {
        (_input, _limit) = (input, limit);
        _unconsumed = default;
        _isRead = false;
        _isCancelAsked = false;
        _consumed = 0;
        WasRejected = false;
        return this;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfOver();
        try
        {
            var reading = _input.ReadAsync(cancellationToken);
            if (!reading.IsCompletedSuccessfully)
            {
                return AwaitAsync(reading, cancellationToken);
            }
            var result = reading.Result;
            return result.IsCanceled ? AwaitAsync(new ValueTask<ReadResult>(result), cancellationToken) : new ValueTask<ReadResult>(Check(result));
        }
        catch (Exception exception) when (exception is not (RequestRejectedException or OperationCanceledException))
        {
            throw Translate(exception);
        }

        async ValueTask<ReadResult> AwaitAsync(ValueTask<ReadResult> reading, CancellationToken cancellationToken)
        {
            try
            {
                var result = await reading;
                while (IsInterrupted(result))
                {
                    result = await _input.ReadAsync(cancellationToken);
                }
                return Check(result);
            }
            catch (Exception exception) when (exception is not (RequestRejectedException or OperationCanceledException))
            {
                throw Translate(exception);
            }
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        ThrowIfOver();
        try
        {
            do
            {
                if (!_input.TryRead(out result))
                {
                    return false;
                }
            }
            while (IsInterrupted(result));
        }
        catch (Exception exception) when (exception is not (RequestRejectedException or OperationCanceledException))
        {
            throw Translate(exception);
        }
        Check(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _ = connection.Exchange;
        _consumed += _unconsumed.Slice(0, consumed).Length;
        _unconsumed = default;
        _isRead = false;
        _input.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead()
    {
        Volatile.Write(ref _isCancelAsked, true);
        _input.CancelPendingRead();
    }

    public override void Complete(Exception? exception = null)
    {
        if (!connection.IsOver)
        {
            _input.Complete(exception);
        }
    }

    /// <summary>Gives back what was read and not advanced past: the server drains the rest by a read of its own.</summary>
    public void Release()
    {
        if (_isRead)
        {
            _isRead = false;
            _consumed += _unconsumed.Length;
            _input.AdvanceTo(_unconsumed.End);
            _unconsumed = default;
        }
    }

    /// <summary>
    /// Whether the server cancelled the read for reasons of its own, as Kestrel does to wake idle connections when it stops. To the
    /// application that would look like an end, and half a body like a whole one: the read goes on instead.
    /// </summary>
    private bool IsInterrupted(ReadResult result)
    {
        if (!result.IsCanceled || Interlocked.Exchange(ref _isCancelAsked, false))
        {
            return false;
        }
        _input.AdvanceTo(result.Buffer.Start);
        return true;
    }

    private ReadResult Check(ReadResult result)
    {
        _unconsumed = result.Buffer;
        _isRead = true;
        if (_consumed + result.Buffer.Length > _limit)
        {
            // Nobody gets to see it, so nobody would advance past it.
            Release();
            throw TooLarge();
        }
        return result;
    }

    private void ThrowIfOver()
    {
        // The declared length alone may be reason enough, before a byte of it is read.
        if (connection.Exchange.RequestHeaders.ContentLength > _limit || _consumed > _limit)
        {
            throw TooLarge();
        }
    }

    private RequestRejectedException TooLarge()
    {
        WasRejected = true;
        return new RequestRejectedException(413, $"The request's body is larger than the {_limit} bytes that are allowed here.");
    }

    private Exception Translate(Exception exception)
    {
        WasRejected = true;
        return connection.IsOver ? exception : connection.Exchange.Translate(exception);
    }
}

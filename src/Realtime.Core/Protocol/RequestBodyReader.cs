using System.Buffers;
using System.IO.Pipelines;

namespace Realtime.Protocol;

/// <summary>The request's body as the application sees it: limited in size, and closed when the application has returned.</summary>
internal sealed class RequestBodyReader(HttpConnection connection, PipeReader input, long? limit) : PipeReader
{
    private ReadOnlySequence<byte> _unconsumed;
    private long _consumed;

    /// <summary>Whether the body was refused, so that the rest of it is not worth reading.</summary>
    public bool WasRejected { get; private set; }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfOver();
        try
        {
            var reading = input.ReadAsync(cancellationToken);
            return reading.IsCompletedSuccessfully ? new ValueTask<ReadResult>(Check(reading.Result)) : AwaitAsync(reading);
        }
        catch (Exception exception) when (exception is not (RequestRejectedException or OperationCanceledException))
        {
            throw Translate(exception);
        }

        async ValueTask<ReadResult> AwaitAsync(ValueTask<ReadResult> reading)
        {
            try
            {
                return Check(await reading);
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
        if (!input.TryRead(out result))
        {
            return false;
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
        input.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => input.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        if (!connection.IsOver)
        {
            input.Complete(exception);
        }
    }

    private ReadResult Check(ReadResult result)
    {
        _unconsumed = result.Buffer;
        if (_consumed + result.Buffer.Length > limit)
        {
            throw TooLarge();
        }
        return result;
    }

    private void ThrowIfOver()
    {
        // The declared length alone may be reason enough, before a byte of it is read.
        if (connection.Exchange.RequestHeaders.ContentLength > limit)
        {
            throw TooLarge();
        }
    }

    private RequestRejectedException TooLarge()
    {
        WasRejected = true;
        return new RequestRejectedException(413, $"The request's body is larger than the {limit} bytes that are allowed here.");
    }

    private Exception Translate(Exception exception)
    {
        WasRejected = true;
        return connection.IsOver ? exception : connection.Exchange.Translate(exception);
    }
}

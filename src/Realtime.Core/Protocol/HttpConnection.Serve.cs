namespace Realtime.Protocol;

public sealed partial class HttpConnection
{
    /// <summary>For servers: runs an application over one exchange, by the rules, to the end.</summary>
    /// <param name="exchange">The server's side of the request, which the connection lets go of at the end.</param>
    /// <param name="application">The application.</param>
    /// <returns>
    /// When the application has returned and its response is handed to the exchange. It does not throw: what came out of the
    /// application was answered, reported to the exchange, or both.
    /// </returns>
    public static ValueTask ServeAsync(HttpExchange exchange, Application application)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(application);
        var connection = exchange.Idle?.Take(exchange) ?? new HttpConnection(exchange);
        try
        {
            var running = application(connection);
            if (!running.IsCompletedSuccessfully)
            {
                return connection.AwaitAsync(running);
            }
            running.GetAwaiter().GetResult();
            var finishing = connection.FinishAsync();
            if (!finishing.IsCompletedSuccessfully)
            {
                return connection.AwaitFinishAsync(finishing);
            }
            finishing.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            return connection.FailAsync(exception);
        }
        connection.Release();
        return default;
    }

    /// <summary>Marks the response started, having checked that it can be sent; the exchange sends it next.</summary>
    internal void BeginResponse(long written)
    {
        ThrowIfComplete("A flush was asked for");
        var exchange = _exchange!;
        if (_starting is { } starting)
        {
            _starting = null;
            starting(this);
        }
        if (_reader is { WasRejected: true } && exchange.HttpVersion.StartsWith("HTTP/1", StringComparison.Ordinal))
        {
            // What is left of a refused body is not worth reading to keep the connection.
            exchange.ResponseHeaders["Connection"] = "close";
        }
        if (written > 0 && !AllowsBody(_statusCode))
        {
            throw new InvalidOperationException($"A body was written to a response with status {_statusCode}, which has none: choose another status or write nothing.");
        }
        _started = true;
    }

    /// <summary>The whole body is known: its length goes into the headers unless the application said otherwise.</summary>
    private void DeclareLength()
    {
        var headers = _exchange!.ResponseHeaders;
        var written = _writer?.Written ?? 0;
        // A HEAD request's handler may have written nothing just because nobody would see it.
        if (AllowsBody(_statusCode) && (written > 0 || !IsHead) && headers.ContentLength is null && !headers.Contains("Transfer-Encoding"))
        {
            headers.ContentLength = written;
        }
    }

    private ValueTask FinishAsync()
    {
        if (_complete)
        {
            return default;
        }
        if (_started)
        {
            _writer?.ThrowIfShort();
            if (_writer is { UnflushedBytes: > 0 } unflushed)
            {
                // A server that knows the length sends what is left with the next response, if there is one.
                return FlushAsync(unflushed);
            }
            _complete = true;
            return default;
        }
        DeclareLength();
        var body = ReadOnlyMemory<byte>.Empty;
        if (_writer is { } writer)
        {
            body = writer.TakeAll();
        }
        else if (!IsHead && AllowsBody(_statusCode) && _exchange!.ResponseHeaders.ContentLength is > 0 and var declared)
        {
            throw ResponseBodyWriter.TooShort(0, declared);
        }
        BeginResponse(body.Length);
        _complete = true;
        return _exchange!.RespondAsync(_statusCode, IsHead ? default : body);
    }

    private async ValueTask FlushAsync(ResponseBodyWriter writer)
    {
        await writer.FlushAsync();
        _complete = true;
    }

    private async ValueTask AwaitAsync(ValueTask running)
    {
        try
        {
            await running;
            await FinishAsync();
        }
        catch (Exception exception)
        {
            await FailAsync(exception);
            return;
        }
        Release();
    }

    private async ValueTask AwaitFinishAsync(ValueTask finishing)
    {
        try
        {
            await finishing;
        }
        catch (Exception exception)
        {
            await FailAsync(exception);
            return;
        }
        Release();
    }

    private async ValueTask FailAsync(Exception exception)
    {
        var exchange = _exchange!;
        IsUnshared = false;
        try
        {
            var rejected = exception as RequestRejectedException;
            if (rejected is null && !(exception is OperationCanceledException or IOException && exchange.Disconnected.IsCancellationRequested))
            {
                exchange.ApplicationFailed(exception);
            }
            if (_started)
            {
                if (!_complete || rejected is null)
                {
                    exchange.Abort();
                }
                return;
            }
            ResetResponse();
            _statusCode = rejected?.StatusCode ?? 500;
            await FinishAsync();
        }
        catch (Exception failure)
        {
            exchange.ApplicationFailed(failure);
            exchange.Abort();
        }
        finally
        {
            Release();
        }
    }

    private void Release()
    {
        var exchange = _exchange!;
        _reader?.Release();
        Return();
        _exchange = null;
        _writer?.Release();
        if (IsUnshared && exchange.ReusesConnections)
        {
            exchange.Idle = this;
        }
    }

    /// <summary>Takes up the next request.</summary>
    private HttpConnection Take(HttpExchange exchange)
    {
        exchange.Idle = null;
        base.Take(exchange);
        _exchange = exchange;
        (_idleReader, _reader) = (_reader ?? _idleReader, null);
        (_idleWriter, _writer) = (_writer ?? _idleWriter, null);
        _idleWriter?.Renew();
        _maxRequestBodySize = DefaultMaxRequestBodySize;
        _statusCode = 200;
        _starting = null;
        _started = false;
        _complete = false;
        IsUnshared = false;
        return this;
    }

    private static bool AllowsBody(int statusCode) => statusCode is >= 200 and not 204 and not 304;
}

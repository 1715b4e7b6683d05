using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace Realtime.Protocol;

/// <summary>One HTTP request and the response to it.</summary>
/// <remarks>
/// The rules hold on every server, because they are kept here. The response may be replaced (<see cref="ResetResponse"/>)
/// until its first flush; nothing may follow <see cref="CompleteAsync"/>; after the peer has gone, writing does nothing. An
/// exception out of the application becomes a 500 before the first flush, and aborts the connection after it. What is written
/// and never flushed is sent with its <c>Content-Length</c> when the application returns, which is the cheapest way to answer.
/// </remarks>
public sealed partial class HttpConnection : RequestConnection
{
    internal const long DefaultMaxRequestBodySize = 30_000_000;

    private HttpExchange? _exchange;
    private ResponseBodyWriter? _writer;
    private RequestBodyReader? _reader;
    private ResponseBodyWriter? _idleWriter;
    private RequestBodyReader? _idleReader;
    private long? _maxRequestBodySize = DefaultMaxRequestBodySize;
    private int _statusCode = 200;
    private Action<HttpConnection>? _starting;
    private bool _started;
    private bool _complete;

    private HttpConnection(HttpExchange exchange)
        : base(exchange) => _exchange = exchange;

    /// <summary>The request's method, in upper case as it came.</summary>
    public string Method => Exchange.Method;

    /// <summary>
    /// The request's body, read once. Reading past <see cref="MaxRequestBodySize"/> throws
    /// <see cref="RequestRejectedException"/> with 413; a body cut off or malformed, with 400.
    /// </summary>
    public PipeReader RequestBody => _reader is { } reader && !IsReturned
        ? reader
        : _reader = (_idleReader ?? new RequestBodyReader(this)).Over(Exchange.RequestBody, _maxRequestBodySize);

    /// <summary>The most bytes a request body may have; null for no limit. 30,000,000 unless set before the first read.</summary>
    /// <exception cref="InvalidOperationException">On setting: <see cref="RequestBody"/> was already asked for.</exception>
    public long? MaxRequestBodySize
    {
        get
        {
            _ = Facts;
            return _maxRequestBodySize;
        }
        set
        {
            _ = Facts;
            if (_reader is not null)
            {
                throw new InvalidOperationException("MaxRequestBodySize was set after RequestBody was asked for: set the limit first.");
            }
            _maxRequestBodySize = value;
        }
    }

    /// <summary>The response's status code, 200 unless set.</summary>
    /// <exception cref="InvalidOperationException">On setting: the response has started.</exception>
    public int StatusCode
    {
        get
        {
            _ = Facts;
            return _statusCode;
        }
        set
        {
            ThrowIfStarted("StatusCode was set");
            _statusCode = value;
        }
    }

    /// <summary>The response's header fields, to be set before the response starts.</summary>
    public Headers ResponseHeaders => Exchange.ResponseHeaders;

    /// <summary>Whether status and headers are on their way, so that the response can no longer be replaced.</summary>
    public bool HasStarted
    {
        get
        {
            _ = Facts;
            return _started;
        }
    }

    /// <summary>
    /// Where the body is written. What is written stays replaceable until the first flush, which starts the response.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// On writing: the response is complete, or the body grows past its declared <c>Content-Length</c>.
    /// </exception>
    public PipeWriter ResponseBody
    {
        get
        {
            _ = Facts;
            return Writer;
        }
    }

    /// <summary>Starts the response: sends status and headers.</summary>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    public async ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfStarted("StartAsync was called");
        await Writer.FlushAsync(cancellationToken);
    }

    /// <summary>
    /// Runs a callback once, right before status and headers are sent, whatever they have become by then: also those of an error, and of a
    /// response that was reset. It may set headers, and neither writes nor waits. Several run in the order added.
    /// </summary>
    /// <param name="callback">What to do; an exception out of it fails the response, which is then a 500.</param>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    public void OnStarting(Action<HttpConnection> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ThrowIfStarted("OnStarting was called");
        _starting = _starting is null ? callback : _starting + callback;
    }

    /// <summary>Takes back status, headers and every byte written so far.</summary>
    /// <exception cref="InvalidOperationException">The response has started: its first bytes are with the peer.</exception>
    public void ResetResponse()
    {
        ThrowIfStarted("ResetResponse was called");
        _statusCode = 200;
        Exchange.ResponseHeaders.Clear();
        _writer?.Reset();
    }

    /// <summary>Sends a part of a file as (part of) the body.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="offset">The first byte to send.</param>
    /// <param name="count">How many bytes to send; null for all from <paramref name="offset"/>.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    /// <exception cref="InvalidOperationException">The response is complete, or the part is longer than the declared length allows.</exception>
    public async ValueTask SendFileAsync(string path, long offset = 0, long? count = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var exchange = Exchange;
        var length = count ?? (new FileInfo(path).Length - offset);
        if (!_started)
        {
            await Writer.StartResponseAsync(cancellationToken);
        }
        if (Writer.Count(length))
        {
            await exchange.SendFileAsync(path, offset, length, cancellationToken);
        }
    }

    /// <summary>Sends a part of an open file as (part of) the body: what was known of the file when it was opened holds for what is sent, though another takes its name meanwhile.</summary>
    /// <param name="file">The file, opened to be read, which stays open.</param>
    /// <param name="offset">The first byte to send.</param>
    /// <param name="count">How many bytes to send.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    /// <exception cref="InvalidOperationException">The response is complete, or the part is longer than the declared length allows.</exception>
    /// <exception cref="EndOfStreamException">The file has become shorter meanwhile; let out of the application, it cuts the connection.</exception>
    public async ValueTask SendFileAsync(SafeFileHandle file, long offset, long count, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        var exchange = Exchange;
        if (!_started)
        {
            await Writer.StartResponseAsync(cancellationToken);
        }
        if (Writer.Count(count))
        {
            await exchange.SendFileAsync(file, offset, count, cancellationToken);
        }
    }

    /// <summary>Adds a trailer field (RFC 9110, section 6.5), sent behind the body.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="value">The field's value.</param>
    /// <exception cref="InvalidOperationException">The protocol has no trailers here, or the response is complete.</exception>
    public void AppendTrailer(string name, string value)
    {
        var exchange = Exchange;
        ThrowIfComplete("AppendTrailer was called");
        if (!exchange.SupportsTrailers)
        {
            throw new InvalidOperationException($"A response over {exchange.HttpVersion} with these headers has no trailers: put the value into a header or the body.");
        }
        exchange.AppendTrailer(name, value);
    }

    /// <summary>Ends the response: flushes what is left. An application that returns has completed its response.</summary>
    /// <exception cref="InvalidOperationException">The response is complete already, or shorter than its declared length.</exception>
    public async ValueTask CompleteAsync()
    {
        var exchange = Exchange;
        ThrowIfComplete("CompleteAsync was called");
        if (!_started)
        {
            DeclareLength();
            await Writer.StartResponseAsync(CancellationToken.None);
        }
        _writer?.ThrowIfShort();
        _complete = true;
        await exchange.CompleteAsync();
    }

    /// <summary>Cuts the connection, so that the peer can tell that the response is not whole.</summary>
    public void Abort()
    {
        var exchange = Exchange;
        _started = true;
        _complete = true;
        exchange.Abort();
    }

    internal HttpExchange Exchange => _exchange ?? (HttpExchange)Facts;

    internal bool IsOver => IsReturned;

    internal bool IsHead => Exchange.Method is "HEAD";

    /// <summary>
    /// Whether no code of the application can have kept this object, so that it may serve the next request. An app says so of a request that it served by itself.
    /// </summary>
    internal bool IsUnshared { get; set; }

    private ResponseBodyWriter Writer => _writer ??= _idleWriter ?? new ResponseBodyWriter(this);

    /// <summary>Whether the response can carry trailers.</summary>
    internal bool SupportsTrailers => Exchange.SupportsTrailers;

    /// <summary>What is written and not on its way yet: the whole body, where nothing was flushed.</summary>
    internal ReadOnlySpan<byte> Unsent => _started || _writer is null ? default : _writer.Buffered;

    /// <summary>Takes back every byte written so far, but not status and headers.</summary>
    internal void ResetBody()
    {
        ThrowIfStarted("ResetBody was called");
        _writer?.Reset();
    }

    internal void ThrowIfComplete(string what)
    {
        if (_complete)
        {
            throw new InvalidOperationException($"{what} after the response was complete: do it before CompleteAsync, Abort or the end of the application.");
        }
    }

    private void ThrowIfStarted(string what)
    {
        _ = Facts;
        if (_started)
        {
            throw new InvalidOperationException($"{what} after the response had started: its status and headers are with the peer. Do it before the first flush.");
        }
    }
}

using System.IO.Pipelines;
using System.Net;
using Realtime.Protocol;

namespace Realtime.Testing.InMemory;

/// <summary>One request from an <see cref="HttpClient"/> to the application, over two pipes.</summary>
internal sealed class InMemoryExchange : HttpExchange
{
    private static readonly IPEndPoint ClientEnd = new(IPAddress.Loopback, 50_000);
    private static readonly IPEndPoint ServerEnd = new(IPAddress.Loopback, 80);

    private readonly InMemoryServer _server;
    private readonly HttpRequestMessage _request;
    private readonly Uri _target;
    private readonly InMemoryHeaders _requestHeaders;
    private readonly InMemoryHeaders _responseHeaders = new();
    private readonly Pipe _requestBody = new();
    private readonly Pipe _responseBody = new();
    private readonly TaskCompletionSource<HttpResponseMessage> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _disconnected = new();
    private bool _ended;

    public InMemoryExchange(InMemoryServer server, HttpRequestMessage request)
    {
        _server = server;
        _request = request;
        _target = new Uri(InMemoryServer.BaseAddress, request.RequestUri ?? InMemoryServer.BaseAddress);
        Path = Decode(_target.AbsolutePath);
        _requestHeaders = new InMemoryHeaders { ["Host"] = _target.Authority };
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            _requestHeaders[name] = values.ToArray();
        }
        if (request.Content is { } content)
        {
            // Asking for it makes HttpContent compute it.
            _ = content.Headers.ContentLength;
            foreach (var (name, values) in content.Headers.NonValidated)
            {
                _requestHeaders[name] = values.ToArray();
            }
        }
    }

    /// <summary>The response, once it has started.</summary>
    public Task<HttpResponseMessage> Response => _response.Task;

    public override string Method => _request.Method.Method.ToUpperInvariant();

    public override string Scheme => _target.Scheme is "https" or "wss" ? "https" : "http";

    public override string HttpVersion => "HTTP/1.1";

    public override string Path { get; }

    public override string RawTarget => _target.PathAndQuery;

    public override string QueryString => _target.Query;

    public override Headers RequestHeaders => _requestHeaders;

    public override IPEndPoint? Client => ClientEnd;

    public override IPEndPoint? Server => ServerEnd;

    public override CancellationToken Disconnected => _disconnected.Token;

    public override IDictionary<string, object?> State => _server.State;

    public override Headers ResponseHeaders => _responseHeaders;

    public override PipeReader RequestBody => _requestBody.Reader;

    public override PipeWriter Output => _responseBody.Writer;

    /// <summary>Serves the request to its end.</summary>
    public async Task ServeAsync(Application application)
    {
        _ = SendRequestBodyAsync();
        await HttpConnection.ServeAsync(this, application);
        Retire();
        _ended = true;
        await _requestBody.Reader.CompleteAsync();
        // Last: with it the client has the whole response.
        await _responseBody.Writer.CompleteAsync();
    }

    /// <summary>The peer goes away.</summary>
    public void Disconnect()
    {
        if (!_ended)
        {
            _requestBody.Writer.CancelPendingFlush();
            Vanish();
            _responseBody.Reader.Complete();
        }
    }

    /// <summary>Tells the application that the peer has gone; off the caller's thread, for what it does about it must not run inside the peer.</summary>
    public void Vanish() => _ = _disconnected.CancelAsync();

    /// <summary>The request is over: its header fields can be used no more.</summary>
    public void Retire()
    {
        _requestHeaders.Retire();
        _responseHeaders.Retire();
    }

    public override ValueTask StartAsync(int statusCode, CancellationToken cancellationToken)
    {
        var response = new HttpResponseMessage((HttpStatusCode)statusCode)
        {
            RequestMessage = _request,
            Content = new StreamContent(new InMemoryResponseStream(this, _responseBody.Reader)),
        };
        foreach (var (name, values) in _responseHeaders)
        {
            if (!response.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                response.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }
        _responseHeaders.IsSent = true;
        _response.TrySetResult(response);
        return default;
    }

    public override async ValueTask RespondAsync(int statusCode, ReadOnlyMemory<byte> body)
    {
        await StartAsync(statusCode, CancellationToken.None);
        await Output.WriteAsync(body);
    }

    public override async ValueTask CompleteAsync()
    {
        await Output.FlushAsync();
        await Output.CompleteAsync();
    }

    public override void Abort()
    {
        var cut = new IOException("The server cut the connection.");
        _response.TrySetException(new HttpRequestException(HttpRequestError.ResponseEnded, cut.Message, cut));
        Vanish();
        _responseBody.Writer.Complete(cut);
        _requestBody.Reader.CancelPendingRead();
    }

    public override void ApplicationFailed(Exception exception)
    {
        // The response tells: 500, or a connection that was cut.
    }

    public override Exception Translate(Exception exception) =>
        new RequestRejectedException(400, "The request's body ended early.", exception);

    /// <summary>Percent-decodes a path, but not %2F: an encoded slash does not separate segments.</summary>
    private static string Decode(string path)
    {
        if (!path.Contains('%', StringComparison.Ordinal))
        {
            return path;
        }
        return string.Join("%2F", path.Split("%2F").Select(static part => string.Join("%2f", part.Split("%2f").Select(Uri.UnescapeDataString))));
    }

    private async Task SendRequestBodyAsync()
    {
        try
        {
            if (_request.Content is { } content)
            {
                await content.CopyToAsync(_requestBody.Writer.AsStream(leaveOpen: true), Disconnected);
            }
            await _requestBody.Writer.CompleteAsync();
        }
        catch (Exception exception)
        {
            await _requestBody.Writer.CompleteAsync(exception);
        }
    }
}

using System.IO.Pipelines;
using System.Net;
using Realtime.Protocol;

namespace Realtime.Testing.InMemory;

/// <summary>One request from an <see cref="HttpClient"/> to the application, over two pipes.</summary>
internal sealed class InMemoryExchange : HttpExchange
{
    private readonly InMemoryServer _server;
    private readonly InMemoryFacts _facts;
    private readonly HttpRequestMessage _request;
    private readonly InMemoryHeaders _responseHeaders = new();
    private readonly Pipe _requestBody = new();
    private readonly Pipe _responseBody = new();
    private readonly TaskCompletionSource<HttpResponseMessage> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;

    public InMemoryExchange(InMemoryServer server, HttpRequestMessage request)
    {
        _server = server;
        _request = request;
        var uri = request.RequestUri ?? InMemoryServer.BaseAddress;
        _facts = new InMemoryFacts(uri.IsAbsoluteUri ? uri : new Uri(InMemoryServer.BaseAddress, uri));
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            _facts.RequestHeaders[name] = values.ToArray();
        }
        if (request.Content is { } content)
        {
            // Asking for it makes HttpContent compute it.
            _ = content.Headers.ContentLength;
            foreach (var (name, values) in content.Headers.NonValidated)
            {
                _facts.RequestHeaders[name] = values.ToArray();
            }
        }
    }

    /// <summary>The response, once it has started.</summary>
    public Task<HttpResponseMessage> Response => _response.Task;

    public override string Method => _request.Method.Method.ToUpperInvariant();

    public override string Scheme => _facts.Scheme;

    public override string HttpVersion => "HTTP/1.1";

    public override string Path => _facts.Path;

    public override string RawTarget => _facts.RawTarget;

    public override string QueryString => _facts.QueryString;

    public override Headers RequestHeaders => _facts.RequestHeaders;

    public override IPEndPoint? Client => _facts.Client;

    public override IPEndPoint? Server => _facts.Server;

    public override CancellationToken Disconnected => _facts.Disconnected;

    public override IDictionary<string, object?> State => _server.State;

    public override Headers ResponseHeaders => _responseHeaders;

    public override PipeReader RequestBody => _requestBody.Reader;

    public override PipeWriter Output => _responseBody.Writer;

    /// <summary>Serves the request to its end.</summary>
    public async Task ServeAsync(Application application)
    {
        _ = SendRequestBodyAsync();
        await HttpConnection.ServeAsync(this, application);
        _facts.RequestHeaders.Retire();
        _responseHeaders.Retire();
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
            _facts.Disconnect();
            _responseBody.Reader.Complete();
        }
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
        _facts.Disconnect();
        _responseBody.Writer.Complete(cut);
        _requestBody.Reader.CancelPendingRead();
    }

    public override void ApplicationFailed(Exception exception)
    {
        // The response tells: 500, or a connection that was cut.
    }

    public override Exception Translate(Exception exception) =>
        new RequestRejectedException(400, "The request's body ended early.", exception);

    private async Task SendRequestBodyAsync()
    {
        try
        {
            if (_request.Content is { } content)
            {
                await content.CopyToAsync(_requestBody.Writer.AsStream(leaveOpen: true), _facts.Disconnected);
            }
            await _requestBody.Writer.CompleteAsync();
        }
        catch (Exception exception)
        {
            await _requestBody.Writer.CompleteAsync(exception);
        }
    }
}

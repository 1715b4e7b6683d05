using System.IO.Pipelines;
using System.Net;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Takes down a whole HTTP response, to refuse a WebSocket handshake with it.</summary>
/// <param name="handshake">The handshake, whose facts are this request's.</param>
internal sealed class DenialExchange(WebSocketConnection handshake) : HttpExchange
{
    private readonly MemoryStream _body = new();
    private PipeWriter? _output;
    private Exception? _failure;
    private int _statusCode;

    public override string Method => "GET";

    public override string Scheme => handshake.Scheme;

    public override string HttpVersion => handshake.HttpVersion;

    public override string Path => handshake.Path;

    public override string RootPath => handshake.RootPath;

    public override string RawTarget => handshake.RawTarget;

    public override string QueryString => handshake.QueryString;

    public override Headers RequestHeaders => handshake.RequestHeaders;

    public override IPEndPoint? Client => handshake.Client;

    public override IPEndPoint? Server => handshake.Server;

    public override CancellationToken Disconnected => handshake.Disconnected;

    public override IDictionary<string, object?> State => handshake.State;

    public override Headers ResponseHeaders { get; } = new ResponseHeaders();

    public override PipeReader RequestBody => PipeReader.Create(Stream.Null);

    public override PipeWriter Output => _output ??= PipeWriter.Create(_body, new StreamPipeWriterOptions(leaveOpen: true));

    /// <summary>Runs what writes the response, and gives it.</summary>
    /// <exception cref="Exception">What writing it threw.</exception>
    public async ValueTask<WebSocketDenial> TakeAsync(Application application)
    {
        await HttpConnection.ServeAsync(this, application);
        if (_output is not null)
        {
            await _output.CompleteAsync();
        }
        if (_failure is not null)
        {
            throw _failure;
        }
        return new WebSocketDenial
        {
            StatusCode = _statusCode,
            // Whoever sends it declares the length.
            Headers = [.. ResponseHeaders.Where(static field => !field.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                .SelectMany(static field => field.Value, static (field, value) => KeyValuePair.Create(field.Key, value ?? ""))],
            Body = _body.ToArray(),
        };
    }

    public override ValueTask StartAsync(int statusCode, CancellationToken cancellationToken)
    {
        _statusCode = statusCode;
        return default;
    }

    public override ValueTask RespondAsync(int statusCode, ReadOnlyMemory<byte> body)
    {
        _statusCode = statusCode;
        _body.Write(body.Span);
        return default;
    }

    public override async ValueTask CompleteAsync() => await Output.FlushAsync();

    public override void Abort() => handshake.Abort();

    public override void ApplicationFailed(Exception exception) => _failure = exception;
}

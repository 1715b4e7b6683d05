using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Realtime.Binding;
using Realtime.Diagnostics;
using Realtime.Http;
using Realtime.Protocol;

namespace Realtime.Middleware;

/// <summary>Turns what a handler threw into an answer: the peer's mistakes into a 4xx, everything else into a 500 with a reference.</summary>
internal sealed class ErrorBoundary(ILogger logger, bool isDevelopment)
{
    /// <summary>Answers for an exception out of an HTTP handler.</summary>
    public ValueTask AnswerAsync(HttpConnection http, Exception exception)
    {
        if (exception is OperationCanceledException && http.Disconnected.IsCancellationRequested)
        {
            return default;
        }
        if (http.HasStarted)
        {
            HttpLog.ResponseCut(logger, http.Method, LogText.Of(http.Path), NewReference(), exception);
            http.Abort();
            return default;
        }
        http.ResetResponse();
        return WriteAsync(http, Known(exception) ?? Unknown(http.Method, http.Path, exception));
    }

    /// <summary>Answers for an exception out of a WebSocket's handler.</summary>
    public async ValueTask AnswerAsync(WebSocketConnection socket, Exception exception)
    {
        if (exception is OperationCanceledException && socket.Disconnected.IsCancellationRequested)
        {
            return;
        }
        if (!socket.IsAnswered)
        {
            await DenyAsync(socket, Known(exception) ?? Unknown("WebSocket", socket.Path, exception));
            return;
        }
        var reference = NewReference();
        HttpLog.SocketFailed(logger, LogText.Of(socket.Path), reference, exception);
        await socket.CloseAsync(1011, $"Reference {reference}", CancellationToken.None);
    }

    /// <summary>Writes a problem as the response.</summary>
    public static ValueTask WriteAsync(HttpConnection http, Problem problem)
    {
        http.StatusCode = problem.Status;
        http.ResponseHeaders["Cache-Control"] = "no-store";
        var (contentType, body) = problem.Render(http.RequestHeaders["Accept"].ToString());
        return BodyWriter.Bytes(http, body, contentType);
    }

    /// <summary>Refuses a handshake with a problem.</summary>
    public static ValueTask DenyAsync(WebSocketConnection socket, Problem problem)
    {
        var (contentType, body) = problem.Render(accept: null);
        return socket.DenyAsync(new WebSocketDenial
        {
            StatusCode = problem.Status,
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Content-Type"] = contentType },
            Body = body,
        });
    }

    private static Problem? Known(Exception exception) => exception switch
    {
        HttpError error => Problem.Of(error),
        BindingException error => Problem.Of(error),
        RequestRejectedException error => Problem.Of(new HttpError(error.StatusCode, error.Message)),
        _ => null,
    };

    private Problem Unknown(string method, string path, Exception exception)
    {
        var reference = NewReference();
        HttpLog.RequestFailed(logger, method, LogText.Of(path), reference, exception);
        // What failed is for the person at work on the app; a stranger is told nothing that helps them.
        var detail = isDevelopment
            ? $"{exception.GetType().Name}: {exception.Message}"
            : $"Something went wrong here. Whoever runs this server finds it in the log under {reference}.";
        return new Problem(500, detail, "internal") { Reference = reference };
    }

    private static string NewReference() => RandomNumberGenerator.GetHexString(12, lowercase: true);
}

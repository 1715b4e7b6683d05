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
    public ValueTask AnswerAsync(Request request, Exception exception)
    {
        var http = request.Http;
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
        var problem = Explain(exception, request);
        if (problem.Reference is not null)
        {
            Log(http, problem, exception);
        }
        return WriteAsync(http, problem);
    }

    /// <summary>What an exception means to the peer. One that nobody foresaw has a reference, and is to be logged with it.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="request">The request that it came out of; null where it cannot be shown.</param>
    public Problem Explain(Exception exception, Request? request)
    {
        if (Known(exception) is { } known)
        {
            return known;
        }
        var reference = NewReference();
        // What failed is for the person at work on the app; a stranger is told nothing that helps them.
        var report = isDevelopment && request is not null && LocalClient.Is(request.Connection) ? new DebugReport(exception, request) : null;
        var detail = report is not null
            ? $"{report.Exceptions[0].Type}: {report.Exceptions[0].Message}"
            : $"Something went wrong here. Whoever runs this server finds it in the log under {reference}.";
        return new Problem(500, detail, "internal") { Reference = reference, Report = report };
    }

    /// <summary>Writes down an exception that nobody foresaw.</summary>
    public void Log(HttpConnection http, Problem problem, Exception exception) =>
        HttpLog.RequestFailed(logger, http.Method, LogText.Of(http.Path), problem.Reference!, exception);

    /// <summary>Writes down that a teardown hook threw.</summary>
    public void TeardownFailed(Request request, Exception exception) => HttpLog.TeardownFailed(logger, request.Method, LogText.Of(request.Path), exception);

    /// <summary>Answers for an exception out of a WebSocket's handler.</summary>
    public async ValueTask AnswerAsync(WebSocketConnection socket, Exception exception)
    {
        if (exception is OperationCanceledException && socket.Disconnected.IsCancellationRequested)
        {
            return;
        }
        if (!socket.IsAnswered)
        {
            var problem = Explain(exception, request: null);
            if (problem.Reference is not null)
            {
                HttpLog.RequestFailed(logger, "WebSocket", LogText.Of(socket.Path), problem.Reference, exception);
            }
            await DenyAsync(socket, problem);
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
        foreach (var (name, values) in problem.Headers ?? [])
        {
            http.ResponseHeaders[name] = values;
        }
        var body = problem.Render(http.RequestHeaders["Accept"].ToString());
        if (body.Policy is not null)
        {
            http.ResponseHeaders["Content-Security-Policy"] = body.Policy;
        }
        return BodyWriter.Bytes(http, body.Bytes, body.ContentType);
    }

    /// <summary>Refuses a handshake with a problem.</summary>
    public static ValueTask DenyAsync(WebSocketConnection socket, Problem problem)
    {
        var (contentType, body, _) = problem.Render(accept: null);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = contentType };
        foreach (var (name, values) in problem.Headers ?? [])
        {
            headers[name] = values.ToString();
        }
        return socket.DenyAsync(new WebSocketDenial { StatusCode = problem.Status, Headers = headers, Body = body });
    }

    private static Problem? Known(Exception exception) => exception switch
    {
        HttpError error => Problem.Of(error),
        BindingException error => Problem.Of(error),
        RequestRejectedException error => Problem.Of(new HttpError(error.StatusCode, error.Message)),
        _ => null,
    };

    private static string NewReference() => RandomNumberGenerator.GetHexString(12, lowercase: true);
}

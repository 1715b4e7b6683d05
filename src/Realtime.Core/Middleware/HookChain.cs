using Realtime.Http;
using Realtime.Protocol;

namespace Realtime.Middleware;

/// <summary>The hooks and error handlers around one route, or around the requests that found none.</summary>
/// <param name="errors">Answers what no handler does.</param>
/// <param name="before">What runs first, in order.</param>
/// <param name="after">What sees the answer, in order.</param>
/// <param name="teardown">What runs last, in order.</param>
/// <param name="handlers">The error handlers, those of the innermost blueprint first.</param>
internal sealed class HookChain(ErrorBoundary errors, CompiledHook[] before, CompiledHook[] after, CompiledHook[] teardown, CompiledHook[][] handlers)
{
    /// <summary>Whether something runs for requests that do not fail.</summary>
    public bool Wraps => before.Length + after.Length + teardown.Length > 0;

    /// <summary>Whether a hook could keep hold of its <see cref="Request"/>.</summary>
    public bool KeepsRequest { get; } = before.Concat(after).Concat(teardown).Concat(handlers.SelectMany(static scope => scope)).Any(static hook => hook.TakesRequest);

    /// <summary>Serves a request: hooks, answer, hooks. It does not throw.</summary>
    /// <param name="request">The request.</param>
    /// <param name="respond">Makes the answer.</param>
    public async ValueTask ServeAsync(Request request, Func<Request, ValueTask<Response>> respond)
    {
        try
        {
            try
            {
                await SendAsync(request, await BeforeAsync(request) ?? await respond(request));
            }
            catch (Exception exception)
            {
                await RecoverAsync(request, exception);
            }
        }
        finally
        {
            await TearDownAsync(request);
        }
    }

    /// <summary>Answers an exception out of a handler.</summary>
    public async ValueTask RecoverAsync(Request request, Exception exception)
    {
        var http = request.Http;
        request.Failure = exception;
        try
        {
            if (http.HasStarted || (exception is OperationCanceledException && http.Disconnected.IsCancellationRequested))
            {
                await errors.AnswerAsync(request, exception);
                return;
            }
            http.ResetResponse();
            await SendAsync(request, await AnswerAsync(request, exception));
        }
        catch (Exception again)
        {
            // A hook or an error handler fails: the plain answer goes out, past them.
            await errors.AnswerAsync(request, again);
        }
    }

    /// <summary>Serves what answers its connection itself: hooks, the socket or the application, hooks. What a hook answers to a handshake is a denial.</summary>
    public async ValueTask ServeAsync(Request request, Func<Request, ValueTask> serve)
    {
        try
        {
            if (await BeforeAsync(request) is not { } answer)
            {
                await serve(request);
            }
            else if (request.Connection is WebSocketConnection)
            {
                await request.DenyAsync(answer);
            }
            else
            {
                await SendAsync(request, answer);
            }
        }
        catch (Exception exception)
        {
            request.Failure = exception;
            throw;
        }
        finally
        {
            await TearDownAsync(request);
        }
    }

    private async ValueTask<Response?> BeforeAsync(Request request)
    {
        foreach (var hook in before)
        {
            switch (await hook.Invoke(request))
            {
                case Response response:
                    return response;
                case HttpError error:
                    throw error;
                default:
                    break;
            }
        }
        return null;
    }

    private async ValueTask SendAsync(Request request, Response response)
    {
        request.Answer = response;
        foreach (var hook in after)
        {
            if (await hook.Invoke(request) is Response other)
            {
                request.Answer = other;
            }
        }
        await request.Answer.SendAsync(request);
    }

    private async ValueTask<Response> AnswerAsync(Request request, Exception exception)
    {
        var problem = errors.Explain(exception, request);
        var isForeseen = problem.Reference is null;
        var error = exception as HttpError ?? problem.ToError(exception);
        var isLogged = isForeseen;
        request.FailureAnswered = error;
        request.Answer = new ProblemResponse(problem);
        foreach (var handler in handlers.SelectMany(scope => Nearest(scope, exception, problem.Status, isForeseen)))
        {
            // Who names the type of an exception knows of it; for all others the log is the only witness.
            if (!isLogged && (handler.Hook.ExceptionType is null || handler.Hook.ExceptionType == typeof(Exception)))
            {
                errors.Log(request.Http, problem, exception);
                isLogged = true;
            }
            try
            {
                if (await handler.Invoke(request) is { } result && handler.Writer is { } writer)
                {
                    return WithHeaders(writer.ToResponse(request, result, problem.Status), problem);
                }
            }
            catch (HttpError other) when (exception is not HttpError)
            {
                // It says what the exception means to the peer, which has handlers of its own.
                return await AnswerAsync(request, other);
            }
        }
        if (!isLogged)
        {
            errors.Log(request.Http, problem, exception);
        }
        return request.Answer;
    }

    // What belongs to the status, as Allow to 405, belongs to every answer of that status.
    private static Response WithHeaders(Response response, Problem problem)
    {
        foreach (var (name, values) in response.StatusCode == problem.Status ? problem.Headers ?? [] : [])
        {
            if (!response.Headers.Contains(name))
            {
                response.Headers[name] = values;
            }
        }
        return response;
    }

    private static IEnumerable<CompiledHook> Nearest(CompiledHook[] scope, Exception exception, int status, bool isForeseen) =>
        from handler in scope
        let distance = handler.Hook.Distance(exception, status, isForeseen)
        where distance is not null
        orderby distance
        select handler;

    private async ValueTask TearDownAsync(Request request)
    {
        foreach (var hook in teardown)
        {
            try
            {
                await hook.Invoke(request);
            }
            catch (Exception exception)
            {
                errors.TeardownFailed(request, exception);
            }
        }
    }
}

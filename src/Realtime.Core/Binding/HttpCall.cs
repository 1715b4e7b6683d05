namespace Realtime.Binding;

/// <summary>One call of a route: the handler, then its result; without a state machine where neither waits.</summary>
internal sealed class HttpCall(Func<Request, ValueTask<object?>> handler, ResultWriter writer)
{
    public ValueTask InvokeAsync(Request request)
    {
        var result = handler(request);
        return result.IsCompletedSuccessfully ? writer.WriteAsync(request, result.Result) : AwaitAsync(request, result);
    }

    /// <summary>Calls the handler and makes its result a response, which is not sent yet.</summary>
    public async ValueTask<Response> RespondAsync(Request request) => writer.ToResponse(request, await handler(request));

    private async ValueTask AwaitAsync(Request request, ValueTask<object?> result) => await writer.WriteAsync(request, await result);
}

namespace Realtime.Binding;

/// <summary>One call of a route: the handler, then its result; without a state machine where neither waits.</summary>
internal sealed class HttpCall(Func<Request, ValueTask<object?>> handler, ResultWriter writer)
{
    public ValueTask InvokeAsync(Request request)
    {
        var result = handler(request);
        return result.IsCompletedSuccessfully ? writer.WriteAsync(request, result.Result) : AwaitAsync(request, result);
    }

    private async ValueTask AwaitAsync(Request request, ValueTask<object?> result) => await writer.WriteAsync(request, await result);
}

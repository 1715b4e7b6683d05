namespace Realtime.Binding;

/// <summary>A call of a handler that waits for one value: without a state machine where the value is there at once.</summary>
internal sealed class OneReaderCall<TContext>(Func<TContext, ValueTask<object?>> read, Func<TContext, object?, ValueTask<object?>> call)
{
    public ValueTask<object?> InvokeAsync(TContext context)
    {
        var reading = read(context);
        return reading.IsCompletedSuccessfully ? call(context, reading.Result) : AwaitAsync(context, reading);
    }

    private async ValueTask<object?> AwaitAsync(TContext context, ValueTask<object?> reading) => await call(context, await reading);
}

namespace Realtime.Binding;

/// <summary>Reads the form before a handler whose parameters are its fields.</summary>
internal sealed class FormCall(Func<Request, ValueTask<object?>> handler)
{
    public async ValueTask<object?> InvokeAsync(Request request)
    {
        await request.ReadFormAsync();
        return await handler(request);
    }
}

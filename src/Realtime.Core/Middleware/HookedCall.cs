namespace Realtime.Middleware;

/// <summary>A route's call with the hooks around it.</summary>
internal sealed class HookedCall(HookChain hooks, Func<Request, ValueTask<Response>> respond)
{
    public ValueTask ServeAsync(Request request) => hooks.ServeAsync(request, respond);
}

namespace Realtime.Middleware;

/// <summary>A WebSocket route's call with the hooks around it.</summary>
internal sealed class HookedSocket(HookChain hooks, Func<Request, ValueTask> serve)
{
    public ValueTask ServeAsync(Request request) => hooks.ServeSocketAsync(request, serve);
}

namespace Realtime.Middleware;

/// <summary>The call of what answers its connection itself, a WebSocket route or an application within the app, with the hooks around it.</summary>
internal sealed class HookedConnection(HookChain hooks, Func<Request, ValueTask> serve)
{
    public ValueTask ServeAsync(Request request) => hooks.ServeAsync(request, serve);
}

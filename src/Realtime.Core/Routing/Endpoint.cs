using Realtime.Middleware;
using Realtime.Protocol;

namespace Realtime.Routing;

/// <summary>A route made ready to be called, for one method or several.</summary>
/// <param name="Route">The route.</param>
/// <param name="Methods">The methods that it answers, some or all of the route's.</param>
/// <param name="Invoke">Calls the handler and writes its result.</param>
/// <param name="KeepsRequest">Whether the handler could keep hold of its <see cref="Request"/>, which is then not used again.</param>
internal sealed record Endpoint(Route Route, IReadOnlyList<string> Methods, Func<Request, ValueTask> Invoke, bool KeepsRequest)
{
    /// <summary>The route's pattern, kept here to save a hop.</summary>
    public PathPattern Pattern { get; } = Route.Pattern;

    /// <summary>Calls the handler and leaves it to others to send its answer; null for a WebSocket's and for an application of its own.</summary>
    public Func<Request, ValueTask<Response>>? Respond { get; init; }

    /// <summary>Whether code of the app could keep hold of anything that belongs to the request.</summary>
    public bool KeepsConnection { get; init; } = true;

    /// <summary>The hooks and error handlers of the route; null for none.</summary>
    public HookChain? Hooks { get; private init; }

    /// <summary>The endpoint with checks in front of it, each of which may answer in its place.</summary>
    public Endpoint Behind(Func<Request, ValueTask<object?>>[] checks)
    {
        if (checks.Length == 0)
        {
            return this;
        }
        var (invoke, respond) = (Invoke, Respond);
        return this with
        {
            // A policy, or what finds users, may have kept either.
            KeepsRequest = true,
            KeepsConnection = true,
            Invoke = async request =>
            {
                if (await AnswerAsync(request) is not { } answer)
                {
                    await invoke(request);
                }
                else if (request.Connection is WebSocketConnection)
                {
                    await request.DenyAsync(answer);
                }
                else
                {
                    await answer.SendAsync(request);
                }
            },
            Respond = respond is null ? null : async request => await AnswerAsync(request) ?? await respond(request),
        };

        async ValueTask<Response?> AnswerAsync(Request request)
        {
            foreach (var check in checks)
            {
                if (await check(request) is Response answer)
                {
                    return answer;
                }
            }
            return null;
        }
    }

    /// <summary>The endpoint with hooks around it.</summary>
    public Endpoint Within(HookChain? hooks)
    {
        if (hooks is null)
        {
            return this;
        }
        var keeps = KeepsRequest || hooks.KeepsRequest;
        // Error handlers alone cost nothing until there is an error.
        return !hooks.Wraps ? this with { Hooks = hooks, KeepsRequest = keeps, KeepsConnection = KeepsConnection || keeps }
            : Respond is { } respond ? this with { Hooks = hooks, KeepsRequest = keeps, KeepsConnection = true, Invoke = new HookedCall(hooks, respond).ServeAsync }
            : this with { Hooks = hooks, KeepsRequest = keeps, Invoke = new HookedConnection(hooks, Invoke).ServeAsync };
    }
}

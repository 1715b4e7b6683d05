using System.Reflection;
using Realtime.Binding;

namespace Realtime.Sockets;

/// <summary>Finds out who a client is: takes the token from its handshake and asks the app's hook.</summary>
internal sealed class Authenticator
{
    private const string Owner = "Topics.Authenticate";
    private const string Scheme = "Bearer ";

    private readonly Func<AuthenticateCall, ValueTask<object?>> _ask;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;

    private Authenticator(Func<AuthenticateCall, ValueTask<object?>> ask, TimeSpan limit, TimeProvider time)
    {
        _ask = ask;
        _limit = limit;
        _time = time;
    }

    /// <summary>Compiles the hook.</summary>
    /// <exception cref="InvalidOperationException">Nothing can bind a parameter, or it does not give an identity.</exception>
    public static Authenticator Compile(Delegate hook, App app, TimeSpan limit, TimeProvider time)
    {
        var compiled = HandlerCompiler.Compile<AuthenticateCall>(hook, parameter => Resolve(parameter, app), Owner);
        return compiled.ResultType == typeof(Identity)
            ? new Authenticator(compiled.Invoke, limit, time)
            : throw new InvalidOperationException($"{Owner}: it must say who the client is: return an Identity or null, or a task of one.");
    }

    /// <summary>
    /// The token of a handshake, or null: <c>Authorization: Bearer</c> (RFC 6750, section 2.1), or for browsers, which cannot set that field, <c>token</c> or
    /// <c>access_token</c> of the query.
    /// </summary>
    public static string? TokenOf(Request request)
    {
        foreach (var field in request.Headers["Authorization"])
        {
            if (field is not null && field.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            {
                return field[Scheme.Length..].Trim();
            }
        }
        return request.Query["token"] is [{ Length: > 0 } token, ..] ? token
            : request.Query["access_token"] is [{ Length: > 0 } accessToken, ..] ? accessToken
            : null;
    }

    /// <summary>Asks the hook.</summary>
    /// <returns>Who it is; null where it is nobody who may be here, or the proof has ended already.</returns>
    /// <exception cref="TimeoutException">The hook took too long.</exception>
    public async ValueTask<Identity?> AskAsync(Request request, string? token, CancellationToken ended)
    {
        using var late = new CancellationTokenSource(_limit, _time);
        using var given = CancellationTokenSource.CreateLinkedTokenSource(late.Token, ended);
        var call = new AuthenticateCall(request, token, given.Token);
        var asking = AskAsync(call);
        try
        {
            // A hook that does not heed its token must not hold the handshake open either.
            var identity = asking.IsCompleted ? await asking : await asking.AsTask().WaitAsync(given.Token);
            return identity?.Expires <= _time.GetUtcNow() ? null : identity;
        }
        catch (OperationCanceledException exception) when (late.IsCancellationRequested)
        {
            throw new TimeoutException("The app's authentication did not answer in time (RealtimeOptions.AuthenticateTimeout).", exception);
        }
    }

    private async ValueTask<Identity?> AskAsync(AuthenticateCall call)
    {
        try
        {
            return (Identity?)await _ask(call);
        }
        finally
        {
            await call.EndAsync();
        }
    }

    private static ParameterBinding<AuthenticateCall>? Resolve(ParameterInfo parameter, App app)
    {
        var type = parameter.ParameterType;
        if (type == typeof(string))
        {
            return ParameterBinding<AuthenticateCall>.From("context", static (AuthenticateCall call) => call.Token);
        }
        if (type == typeof(Request))
        {
            return ParameterBinding<AuthenticateCall>.From("context", static (AuthenticateCall call) => call.Request);
        }
        return type == typeof(CancellationToken)
            ? ParameterBinding<AuthenticateCall>.From("context", static (AuthenticateCall call) => call.CancellationToken)
            : ServiceBinding.Resolve<AuthenticateCall>(parameter, app, static call => call.Services);
    }
}

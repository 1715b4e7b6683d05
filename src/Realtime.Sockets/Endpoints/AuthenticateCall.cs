using Microsoft.Extensions.DependencyInjection;

namespace Realtime.Sockets;

/// <summary>What one call of the authentication hook brings: the handshake's request, the token, and services of its own.</summary>
internal sealed class AuthenticateCall(Request request, string? token, CancellationToken cancellationToken)
{
    private AsyncServiceScope? _scope;

    public Request Request { get; } = request;

    public string? Token { get; } = token;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Asked for only by a hook that takes a scoped or transient service.</summary>
    public IServiceProvider Services => (_scope ??= Request.App.Provider.CreateAsyncScope()).ServiceProvider;

    public ValueTask EndAsync() => _scope is { } scope ? scope.DisposeAsync() : default;
}

using System.Reflection;
using Realtime.Binding;
using Realtime.Routing;

namespace Realtime.Sockets;

/// <summary>What one call of a raw route's handler brings: the handshake, or the socket that came of it, and the request.</summary>
internal sealed class SocketCall(SocketHandshake handshake)
{
    public SocketHandshake Handshake { get; } = handshake;

    public Socket Socket => Handshake.Socket!;

    public Request Request => Handshake.Request;

    /// <summary>Binds a parameter to the socket, to its handshake, or to whatever a request binds.</summary>
    /// <exception cref="InvalidOperationException">Both are asked for.</exception>
    public static ParameterBinding<SocketCall>? Resolve(ParameterInfo parameter, PathPattern pattern, App app)
    {
        if (parameter.ParameterType == typeof(Socket))
        {
            return ParameterBinding<SocketCall>.From("context", static (SocketCall call) => call.Socket);
        }
        return parameter.ParameterType == typeof(SocketHandshake)
            ? ParameterBinding<SocketCall>.From("context", static (SocketCall call) => call.Handshake)
            : RequestBinding.Resolve(parameter, pattern, app)?.Via(static (SocketCall call) => call.Request);
    }
}

using System.Reflection;
using Realtime.Binding;
using Realtime.Routing;

namespace Realtime.Sockets;

/// <summary>What one call of a raw route's handler brings: the socket and the request it began with.</summary>
internal sealed class SocketCall(Socket socket)
{
    public Socket Socket { get; } = socket;

    public Request Request => Socket.Request;

    /// <summary>Binds a parameter to the socket, or to whatever a request binds.</summary>
    public static ParameterBinding<SocketCall>? Resolve(ParameterInfo parameter, PathPattern pattern, App app) =>
        parameter.ParameterType == typeof(Socket)
            ? ParameterBinding<SocketCall>.From("context", static (SocketCall call) => call.Socket)
            : RequestBinding.Resolve(parameter, pattern, app)?.Via(static (SocketCall call) => call.Request);
}

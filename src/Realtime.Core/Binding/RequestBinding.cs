using System.Linq.Expressions;
using System.Reflection;
using Realtime.Protocol;
using Realtime.Routing;

namespace Realtime.Binding;

/// <summary>
/// Binds a parameter to what a request brings, all but its body: the request itself, its connection, route values,
/// services, query values. Routes and sockets share it.
/// </summary>
public static class RequestBinding
{
    /// <summary>
    /// Binds a parameter. In this order: <see cref="Request"/>, <see cref="HttpConnection"/> or another connection type,
    /// <see cref="CancellationToken"/> (fires when the peer has gone), a parameter of the path by its name, a service, a
    /// query value by its name (text types, nullable ones, and arrays of them for a repeated name).
    /// </summary>
    /// <param name="parameter">The handler's parameter.</param>
    /// <param name="pattern">The route's pattern.</param>
    /// <param name="app">The app, whose services are built (see <see cref="App.OnBuild"/>).</param>
    /// <returns>The binding, or null where a request without its body cannot give such a parameter.</returns>
    public static ParameterBinding<Request>? Resolve(ParameterInfo parameter, PathPattern pattern, App app)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(app);

        var type = parameter.ParameterType;
        if (type == typeof(Request))
        {
            return ParameterBinding<Request>.From("context", static (Request request) => request);
        }
        if (type == typeof(CancellationToken))
        {
            return ParameterBinding<Request>.From("context", static (Request request) => request.Disconnected);
        }
        if (type.IsAssignableTo(typeof(Connection)))
        {
            var request = Expression.Parameter(typeof(Request));
            var connection = Expression.Convert(Expression.Property(request, nameof(Request.Connection)), type);
            return ParameterBinding<Request>.From("context", Expression.Lambda(connection, request));
        }
        if (parameter.Name is { } name && pattern.IndexOf(name) is >= 0 and var index)
        {
            return TextValue.CanParse(type)
                ? Call("route", nameof(BoundText.Route), type, Expression.Constant(index), Expression.Constant(name))
                : null;
        }
        return ServiceBinding.Resolve<Request>(parameter, app, static request => request.Services) ?? Query(parameter);
    }

    private static ParameterBinding<Request>? Query(ParameterInfo parameter)
    {
        var (type, name) = (parameter.ParameterType, Expression.Constant(parameter.Name));
        if (type.IsArray && TextValue.CanParse(type.GetElementType()!))
        {
            return Call("query", nameof(BoundText.QueryAll), type.GetElementType()!, name);
        }
        if (!TextValue.CanParse(type))
        {
            return null;
        }
        return ParameterDefault.TryGet(parameter, out var absent)
            ? Call("query", nameof(BoundText.QueryOr), type, name, Expression.Constant(absent, type))
            : Call("query", nameof(BoundText.Query), type, name);
    }

    private static ParameterBinding<Request> Call(string source, string method, Type type, params Expression[] arguments)
    {
        var request = Expression.Parameter(typeof(Request));
        return ParameterBinding<Request>.From(
            source, Expression.Lambda(Expression.Call(typeof(BoundText), method, [type], [request, .. arguments]), request));
    }
}

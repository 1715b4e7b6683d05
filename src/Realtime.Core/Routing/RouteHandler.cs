using System.Reflection;
using Realtime.Binding;

namespace Realtime.Routing;

/// <summary>What a route's handler is: where its parameters come from and what it returns, for documents.</summary>
/// <param name="Methods">The HTTP methods it answers.</param>
/// <param name="Method">The method a person wrote; a lambda's has a name of the compiler's.</param>
/// <param name="Parameters">Each parameter, in order.</param>
/// <param name="ResultType">What it returns once awaited; <see cref="void"/> for nothing.</param>
public sealed record RouteHandler(IReadOnlyList<string> Methods, MethodInfo Method, IReadOnlyList<RouteParameter> Parameters, Type ResultType)
{
    internal static RouteHandler Of(IReadOnlyList<string> methods, MethodInfo method, CompiledHandler<Request> compiled) => new(
        methods,
        method,
        [.. compiled.Parameters.Select(static bound => RouteParameter.Of(bound.Parameter, bound.Binding.Source))],
        compiled.ResultType);
}

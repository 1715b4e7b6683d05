using System.Reflection;
using Realtime.Binding;

namespace Realtime.Routing;

/// <summary>What a route's handler is: where its parameters come from and what it returns, for documents.</summary>
/// <param name="Method">The method a person wrote; a lambda's has a name of the compiler's.</param>
/// <param name="Parameters">Each parameter, in order.</param>
/// <param name="ResultType">What it returns once awaited; <see cref="void"/> for nothing.</param>
public sealed record RouteHandler(MethodInfo Method, IReadOnlyList<RouteParameter> Parameters, Type ResultType)
{
    internal static RouteHandler Of(MethodInfo method, CompiledHandler<Request> compiled) => new(
        method,
        [.. compiled.Parameters.Select(static bound => new RouteParameter(bound.Parameter, bound.Binding.Source))],
        compiled.ResultType);
}

/// <summary>One parameter of a route's handler.</summary>
/// <param name="Parameter">The parameter, with its type and its attributes.</param>
/// <param name="Source">Where its value comes from: <c>route</c>, <c>query</c>, <c>header</c>, <c>cookie</c>, <c>form</c>, <c>body</c>, <c>service</c>, <c>context</c>.</param>
public sealed record RouteParameter(ParameterInfo Parameter, string Source);

using System.IO.Pipelines;
using System.Linq.Expressions;
using System.Reflection;
using Realtime.Protocol;
using Realtime.Routing;

namespace Realtime.Binding;

/// <summary>Makes an endpoint of a route's delegate: binds its parameters, chooses how its result is written.</summary>
internal static class HttpHandler
{
    public static Endpoint Compile(App app, Route route, Delegate handler) =>
        Compile(app, route, route.Methods, handler.Method, (resolve, owner) => HandlerCompiler.Compile(handler, resolve, owner));

    /// <summary>Makes an endpoint of a method of a class.</summary>
    /// <param name="app">The app.</param>
    /// <param name="route">The route.</param>
    /// <param name="methods">The HTTP methods that it answers.</param>
    /// <param name="handler">The method.</param>
    /// <param name="instance">Gives the object to call it on; null for a static method.</param>
    public static Endpoint Compile(App app, Route route, IReadOnlyList<string> methods, MethodInfo handler, LambdaExpression? instance) =>
        Compile(app, route, methods, handler, (resolve, owner) => HandlerCompiler.Compile(handler, instance, resolve, owner));

    private static Endpoint Compile(
        App app, Route route, IReadOnlyList<string> methods, MethodInfo method, Func<Func<ParameterInfo, ParameterBinding<Request>?>, string, CompiledHandler<Request>> compile)
    {
        var body = new BodyBinding(app, route, methods);
        var compiled = compile(parameter => RequestBinding.Resolve(parameter, route.Pattern, app) ?? body.Resolve(parameter), route.ToString());
        route.Add(RouteHandler.Of(methods, method, compiled));
        var types = compiled.Parameters.Select(static bound => bound.Parameter.ParameterType).ToArray();
        var keepsRequest = types.Contains(typeof(Request));
        var answersItself = types.Contains(typeof(HttpConnection));
        var invoke = InputGuard.Around(compiled);
        if (body.ReadsForm)
        {
            invoke = new FormCall(invoke).InvokeAsync;
        }
        var writer = ResultWriter.For(compiled.ResultType, answersItself, app.Json);
        var call = new HttpCall(invoke, writer);
        return new Endpoint(route, methods, call.InvokeAsync, keepsRequest)
        {
            Respond = call.RespondAsync,
            KeepsConnection = !writer.WritesValues || !compiled.Parameters.All(static bound => IsCopy(bound.Binding.Source, bound.Parameter.ParameterType)),
        };
    }

    /// <summary>Whether a parameter's value stands for itself, with nothing behind it that ends with the request.</summary>
    private static bool IsCopy(string source, Type type) => source switch
    {
        "route" or "query" or "header" or "cookie" or "service" => true,
        "body" => !type.IsAssignableTo(typeof(PipeReader)) && !type.IsAssignableTo(typeof(Stream)),
        _ => type == typeof(CancellationToken),
    };
}

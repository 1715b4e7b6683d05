using Realtime.Protocol;
using Realtime.Routing;

namespace Realtime.Binding;

/// <summary>Makes an endpoint of a route's delegate: binds its parameters, chooses how its result is written.</summary>
internal static class HttpHandler
{
    public static Endpoint Compile(App app, Route route, Delegate handler)
    {
        var body = new BodyBinding(app, route);
        var compiled = HandlerCompiler.Compile<Request>(
            handler, parameter => RequestBinding.Resolve(parameter, route.Pattern, app) ?? body.Resolve(parameter), route.ToString());
        var types = compiled.Parameters.Select(static bound => bound.Parameter.ParameterType).ToArray();
        var keepsRequest = types.Contains(typeof(Request));
        var answersItself = types.Contains(typeof(HttpConnection));
        var invoke = InputGuard.Around(compiled);
        if (body.ReadsForm)
        {
            invoke = new FormCall(invoke).InvokeAsync;
        }
        var call = new HttpCall(invoke, ResultWriter.For(compiled.ResultType, answersItself, app.Json));
        return new Endpoint(route, call.InvokeAsync, keepsRequest) { Respond = call.RespondAsync };
    }
}

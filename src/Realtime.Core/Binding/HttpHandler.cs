using System.Reflection;
using Realtime.Protocol;
using Realtime.Routing;

namespace Realtime.Binding;

/// <summary>Makes an endpoint of a route's delegate: binds its parameters, chooses how its result is written.</summary>
internal static class HttpHandler
{
    private static readonly string[] BodyMethods = ["POST", "PUT", "PATCH"];

    public static Endpoint Compile(App app, Route route, Delegate handler)
    {
        ParameterInfo? body = null;
        var compiled = HandlerCompiler.Compile<Request>(handler, Resolve, route.ToString());
        var types = compiled.Parameters.Select(static bound => bound.Parameter.ParameterType).ToArray();
        var keepsRequest = types.Contains(typeof(Request));
        var answersItself = types.Contains(typeof(HttpConnection));
        var call = new HttpCall(compiled.Invoke, ResultWriter.For(compiled.ResultType, answersItself, app.Json));
        return new Endpoint(route, call.InvokeAsync, keepsRequest) { Respond = call.RespondAsync };

        ParameterBinding<Request>? Resolve(ParameterInfo parameter)
        {
            if (RequestBinding.Resolve(parameter, route.Pattern, app) is { } binding)
            {
                return binding;
            }
            if (!CanBeBody(parameter.ParameterType))
            {
                throw Unbound(parameter, "If it is a service, add it to app.Services");
            }
            if (!route.Methods.All(BodyMethods.Contains))
            {
                throw Unbound(parameter, $"Only POST, PUT and PATCH read a JSON body; if it is a service, add it to app.Services");
            }
            if (body is not null)
            {
                throw new InvalidOperationException(
                    $"{route}: both '{body.Name}' and '{parameter.Name}' would be the JSON body; make one type of the two, or add the one that is a service to app.Services.");
            }
            body = parameter;
            return JsonBody.Bind(parameter, app.Json);
        }

        InvalidOperationException Unbound(ParameterInfo parameter, string advice) => new(
            $"{route}: nothing can bind the parameter '{parameter.Name}' of type {TypeName.Of(parameter.ParameterType)}. {advice}.");
    }

    // An interface or an abstract class cannot be made from JSON, unless it is a collection or says how.
    private static bool CanBeBody(Type type) =>
        !type.IsByRef && !type.IsPointer && !type.IsAssignableTo(typeof(Delegate)) && !type.IsAssignableTo(typeof(Stream))
        && ((!type.IsAbstract && !type.IsInterface)
            || type.IsAssignableTo(typeof(System.Collections.IEnumerable))
            || type.IsAssignableTo(typeof(System.Text.Json.Nodes.JsonNode))
            || type.IsDefined(typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute), inherit: false)
            || type.IsDefined(typeof(System.Text.Json.Serialization.JsonConverterAttribute), inherit: false));
}

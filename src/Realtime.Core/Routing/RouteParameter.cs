using System.Reflection;
using Realtime.Binding;

namespace Realtime.Routing;

/// <summary>One parameter of a route's handler.</summary>
/// <param name="Parameter">The parameter, with its type and its attributes.</param>
/// <param name="Source">Where its value comes from: <c>route</c>, <c>query</c>, <c>header</c>, <c>cookie</c>, <c>form</c>, <c>body</c>, <c>service</c>, <c>context</c>.</param>
/// <param name="Name">The name it is sent under; empty for an object whose members are each sent under their own, and for a body.</param>
/// <param name="IsRequired">Whether a request without it is refused.</param>
public sealed record RouteParameter(ParameterInfo Parameter, string Source, string Name, bool IsRequired)
{
    internal static RouteParameter Of(ParameterInfo parameter, string source)
    {
        var own = parameter.Name ?? "";
        var name = source switch
        {
            "query" => parameter.GetCustomAttribute<QueryAttribute>()?.Name ?? own,
            "header" => parameter.GetCustomAttribute<HeaderAttribute>()?.Name ?? HeaderName.Of(own),
            "cookie" => parameter.GetCustomAttribute<CookieAttribute>()?.Name ?? own,
            "form" => parameter.GetCustomAttribute<FormAttribute>()?.Name ?? own,
            "body" => "",
            _ => own,
        };
        var type = parameter.ParameterType;
        var isList = ListParameter.Of(type) is not null || type.IsAssignableFrom(typeof(UploadedFile[]));
        if (source is "query" or "form" && !TextValue.CanParse(type) && !isList && type != typeof(UploadedFile) && type != typeof(Microsoft.Extensions.Primitives.StringValues))
        {
            name = "";
        }
        return new RouteParameter(parameter, source, name, !isList && !ParameterDefault.TryGet(parameter, out _));
    }
}

using System.Linq.Expressions;
using System.Reflection;
using Realtime.Routing;

namespace Realtime.Binding;

/// <summary>Reads a value of the path as a parameter, by the handler's type or by that of the path's own type.</summary>
internal static class RouteBinding
{
    /// <summary>From a request to the value; null where text cannot become one of this type.</summary>
    /// <param name="parameter">The handler's parameter.</param>
    /// <param name="segment">The path's.</param>
    /// <param name="index">Where it stands among the path's parameters.</param>
    /// <exception cref="InvalidOperationException">The path may end before it, and the parameter has nothing to be then.</exception>
    public static Func<Expression, Expression>? Read(ParameterInfo parameter, PathSegment segment, int index)
    {
        var read = Required(parameter, segment, index);
        if (read is null || !segment.IsOptional)
        {
            return read;
        }
        var absent = ParameterDefault.TryGet(parameter, out var value)
            ? Expression.Constant(value, parameter.ParameterType)
            : throw new InvalidOperationException(
                $"The path may end before '{segment.Text}', and the parameter '{parameter.Name}' of type {TypeName.Of(parameter.ParameterType)} has nothing to be then: make it nullable, or give it a default.");
        return request => Expression.Condition(Expression.Call(request, nameof(Request.HasRouteValue), null, Expression.Constant(index)), read(request), absent);
    }

    private static Func<Expression, Expression>? Required(ParameterInfo parameter, PathSegment segment, int index)
    {
        var (type, place, name) = (parameter.ParameterType, Expression.Constant(index), Expression.Constant(parameter.Name));
        if (ValueType(segment.Converter!) is { } own && own.IsAssignableTo(Nullable.GetUnderlyingType(type) ?? type))
        {
            return request => Expression.Convert(
                Expression.Call(typeof(BoundText), nameof(BoundText.RouteValue), [own], request, place, name, Expression.Constant(segment.Converter, typeof(PathConverter))), type);
        }
        return TextValue.CanParse(type) ? request => Expression.Call(typeof(BoundText), nameof(BoundText.Route), [type], request, place, name) : null;
    }

    /// <summary>The values' type of a <see cref="PathConverter{T}"/>; null for any other.</summary>
    private static Type? ValueType(PathConverter converter)
    {
        for (var type = (converter as LimitedPathConverter)?.Inner.GetType() ?? converter.GetType(); type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(PathConverter<>))
            {
                return type.GenericTypeArguments[0];
            }
        }
        return null;
    }
}

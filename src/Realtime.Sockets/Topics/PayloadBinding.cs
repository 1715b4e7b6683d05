using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Realtime.Binding;

namespace Realtime.Sockets;

/// <summary>Binds a handler's parameter to what the client sent as <c>data</c>.</summary>
internal static class PayloadBinding
{
    /// <summary>Makes the binding.</summary>
    /// <exception cref="NotSupportedException">JSON cannot become the parameter's type.</exception>
    public static ParameterBinding<TopicCall> For(ParameterInfo parameter, JsonSerializerOptions options)
    {
        var type = parameter.ParameterType;
        var mayBeNull = Nullable.GetUnderlyingType(type) is not null
            || (!type.IsValueType && new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable);
        var absent = parameter.HasDefaultValue ? parameter.DefaultValue : null;
        var call = Expression.Parameter(typeof(TopicCall));
        var read = Expression.Call(
            typeof(PayloadBinding),
            nameof(Read),
            [type],
            call,
            Expression.Constant(options.GetTypeInfo(type), typeof(JsonTypeInfo<>).MakeGenericType(type)),
            Expression.Constant(mayBeNull || parameter.HasDefaultValue),
            Expression.Convert(Expression.Constant(absent ?? (type.IsValueType ? Activator.CreateInstance(type) : null)), type),
            Expression.Constant(mayBeNull));
        return ParameterBinding<TopicCall>.From("data", Expression.Lambda(read, call));
    }

    private static T? Read<T>(TopicCall call, JsonTypeInfo<T> type, bool mayBeAbsent, T? absent, bool mayBeNull)
    {
        if (call.Data.IsEmpty)
        {
            return mayBeAbsent ? absent : throw new BadDataException("'data' is missing.");
        }
        T? value;
        try
        {
            value = call.Member.Codec.ReadData(call.Data, type);
        }
        catch (JsonException exception)
        {
            var (path, problem) = JsonProblem.Of(exception, type);
            throw new BadDataException($"'data{path[1..]}' {problem}.", exception);
        }
        return value is null && !mayBeNull ? throw new BadDataException("'data' is null.") : value;
    }
}

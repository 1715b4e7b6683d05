using System.Reflection;

namespace Realtime.Binding;

/// <summary>What a parameter is when its input is absent.</summary>
internal static class ParameterDefault
{
    /// <summary>Gives the parameter's default, or null for a nullable one; false where the input must be there.</summary>
    public static bool TryGet(ParameterInfo parameter, out object? value)
    {
        var type = parameter.ParameterType;
        var inner = Nullable.GetUnderlyingType(type);
        if (parameter.HasDefaultValue)
        {
            value = parameter.DefaultValue;
            // Reflection gives the number of an enum's default, and null for default(T) of a struct.
            if (value is not null && (inner ?? type) is { IsEnum: true } named)
            {
                value = Enum.ToObject(named, value);
            }
            else if (value is null && type.IsValueType && inner is null)
            {
                value = Activator.CreateInstance(type);
            }
            return true;
        }
        value = null;
        return inner is not null
            || (!type.IsValueType && new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable);
    }
}

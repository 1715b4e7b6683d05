namespace Realtime.Binding;

/// <summary>Writes a type the way a person typed it: <c>List&lt;string&gt;</c>, <c>int?</c>.</summary>
public static class TypeName
{
    /// <summary>The type's name as C# would write it, without namespaces.</summary>
    /// <param name="type">Any type.</param>
    public static string Of(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Of(inner) + "?";
        }
        if (type.IsArray)
        {
            return Of(type.GetElementType()!) + "[]";
        }
        if (type.IsGenericType)
        {
            return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GenericTypeArguments.Select(Of))}>";
        }
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Int32 when !type.IsEnum => "int",
            TypeCode.Int64 when !type.IsEnum => "long",
            TypeCode.String => "string",
            TypeCode.Boolean => "bool",
            TypeCode.Double => "double",
            TypeCode.Decimal => "decimal",
            _ => type == typeof(object) ? "object" : type.Name,
        };
    }
}

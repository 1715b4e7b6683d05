using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Http;

/// <summary>Chooses by which type a value is written as JSON: the declared one where it says more, else the value's own.</summary>
internal static class JsonShape
{
    /// <summary>The declared type's shape where nothing can derive from it, or where it says how its derived types are written; else null.</summary>
    public static JsonTypeInfo? Declared(Type type, JsonSerializerOptions options)
    {
        if (type == typeof(object) || type == typeof(void))
        {
            return null;
        }
        var shape = options.GetTypeInfo(type);
        return type.IsSealed || shape.PolymorphismOptions is not null ? shape : null;
    }

    public static JsonTypeInfo Of(object? value, Type declared, JsonSerializerOptions options) =>
        Declared(declared, options) ?? options.GetTypeInfo(value?.GetType() ?? declared);
}

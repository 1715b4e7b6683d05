namespace Realtime.Razor;

/// <summary>Reads a component's parameters off an object.</summary>
internal static class ViewParameters
{
    public static IReadOnlyDictionary<string, object?> Of(object? parameters) => parameters switch
    {
        null => new Dictionary<string, object?>(StringComparer.Ordinal),
        IEnumerable<KeyValuePair<string, object?>> pairs => pairs.ToDictionary(StringComparer.Ordinal),
        _ => parameters.GetType().GetProperties().ToDictionary(static property => property.Name, property => property.GetValue(parameters), StringComparer.Ordinal),
    };
}

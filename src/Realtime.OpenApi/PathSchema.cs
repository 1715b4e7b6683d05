using System.Text.Json.Nodes;
using Realtime.Routing;

namespace Realtime.OpenApi;

/// <summary>Says in a schema what a pattern asks of a parameter: <c>{id:int:min(1)}</c>.</summary>
internal static class PathSchema
{
    /// <param name="rules">What the pattern asks.</param>
    /// <param name="schema">What the handler's parameter is, to be added to.</param>
    public static JsonObject Of(PathRules rules, JsonObject schema)
    {
        if (rules.ValueType != typeof(string) && schema is { Count: 1 } && (string?)schema["type"] == "string")
        {
            // A handler that takes no such parameter, or takes it as text.
            Type(schema, rules.ValueType);
        }
        Set(schema, "minimum", rules.Minimum);
        Set(schema, "maximum", rules.Maximum);
        Set(schema, "minLength", rules.MinLength);
        Set(schema, "maxLength", rules.MaxLength);
        if (rules.Pattern is { } pattern)
        {
            schema["pattern"] = $"^(?:{pattern})$";
        }
        if (rules.Choices is { } choices)
        {
            schema["enum"] = new JsonArray([.. choices.Select(static choice => (JsonNode)choice)]);
        }
        return schema;
    }

    private static void Type(JsonObject schema, Type type)
    {
        if (type == typeof(Guid))
        {
            schema["format"] = "uuid";
        }
        else if (type == typeof(DateOnly))
        {
            schema["format"] = "date";
        }
        else
        {
            schema["type"] = type == typeof(bool) ? "boolean" : type == typeof(decimal) || type == typeof(double) ? "number" : type == typeof(int) || type == typeof(long) ? "integer" : "string";
        }
    }

    private static void Set<T>(JsonObject schema, string name, T? value)
        where T : struct
    {
        if (value is { } given)
        {
            schema[name] = JsonValue.Create(given);
        }
    }
}

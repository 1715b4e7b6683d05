using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Schemas;

/// <summary>Says in JSON Schema what validation attributes ask for.</summary>
public static class SchemaLimits
{
    /// <summary>Adds to a schema what attributes say of its values: limits, formats, defaults, descriptions.</summary>
    /// <param name="schema">The schema of the value.</param>
    /// <param name="attributes">The attributes of the member or parameter that has the value.</param>
    public static void Apply(JsonObject schema, IEnumerable<Attribute> attributes)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(attributes);
        foreach (var attribute in attributes)
        {
            Apply(schema, attribute);
        }
    }

    /// <summary>All attributes of a member, those of the record's parameter that it is made of too.</summary>
    internal static IEnumerable<Attribute> AttributesOf(JsonPropertyInfo property)
    {
        var own = property.AttributeProvider?.GetCustomAttributes(inherit: true) ?? [];
        var parameter = property.AssociatedParameter?.AttributeProvider?.GetCustomAttributes(inherit: true) ?? [];
        return own.Concat(parameter).OfType<Attribute>();
    }

    /// <summary>Lists the members that must be there because an attribute says so.</summary>
    internal static void Require(JsonObject schema, JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(static property => AttributesOf(property).OfType<RequiredAttribute>().Any()))
        {
            if (schema["required"] is not JsonArray required)
            {
                schema["required"] = required = [];
            }
            if (!required.Any(name => name is JsonValue value && value.TryGetValue<string>(out var text) && text == property.Name))
            {
                required.Add(property.Name);
            }
        }
    }

    /// <summary>A number is a number to who writes a client, though text that looks like one is taken too.</summary>
    internal static void KeepNumbers(JsonObject schema)
    {
        if (schema["type"] is not JsonArray types)
        {
            return;
        }
        string[] names = [.. types.OfType<JsonValue>().Select(static type => type.GetValue<string>())];
        if (!names.Contains("string", StringComparer.Ordinal) || !names.Any(static name => name is "integer" or "number"))
        {
            return;
        }
        schema.Remove("pattern");
        names = [.. names.Where(static name => name != "string")];
        schema["type"] = names is [var only] ? JsonValue.Create(only) : new JsonArray([.. names.Select(static name => (JsonNode)name)]);
    }

    private static void Apply(JsonObject schema, Attribute attribute)
    {
        switch (attribute)
        {
            case RangeAttribute range:
                Number(schema, range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum", range.Minimum);
                Number(schema, range.MaximumIsExclusive ? "exclusiveMaximum" : "maximum", range.Maximum);
                break;
            case StringLengthAttribute length:
                Least(schema, "minLength", length.MinimumLength);
                schema["maxLength"] = length.MaximumLength;
                break;
            case LengthAttribute length:
                Least(schema, Of(schema, "min"), length.MinimumLength);
                schema[Of(schema, "max")] = length.MaximumLength;
                break;
            case MinLengthAttribute least:
                Least(schema, Of(schema, "min"), least.Length);
                break;
            case MaxLengthAttribute { Length: >= 0 } most:
                schema[Of(schema, "max")] = most.Length;
                break;
            case RegularExpressionAttribute expression:
                // The attribute means the whole text.
                schema["pattern"] = $"^(?:{expression.Pattern})$";
                break;
            case EmailAddressAttribute:
                schema["format"] = "email";
                break;
            case UrlAttribute:
                schema["format"] = "uri";
                break;
            case PhoneAttribute:
                schema["format"] = "phone";
                break;
            case Base64StringAttribute:
                schema["contentEncoding"] = "base64";
                break;
            case AllowedValuesAttribute allowed:
                schema["enum"] = new JsonArray([.. allowed.Values.Select(static value => JsonSerializer.SerializeToNode(value))]);
                break;
            case RequiredAttribute { AllowEmptyStrings: false } when IsText(schema) && schema["minLength"] is null:
                schema["minLength"] = 1;
                break;
            case DefaultValueAttribute given:
                schema["default"] = JsonSerializer.SerializeToNode(given.Value);
                break;
            case DescriptionAttribute { Description.Length: > 0 } description:
                schema["description"] = description.Description;
                break;
            case ObsoleteAttribute:
                schema["deprecated"] = true;
                break;
        }
    }

    private static void Least(JsonObject schema, string name, int value)
    {
        if (value > 0)
        {
            schema[name] = value;
        }
    }

    private static void Number(JsonObject schema, string name, object value)
    {
        // What a range of dates says is text, which is no limit in JSON Schema.
        if (Convert.ToString(value, CultureInfo.InvariantCulture) is { } text && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            schema[name] = number;
        }
    }

    private static string Of(JsonObject schema, string least) => least + (HasType(schema, "array") ? "Items" : HasType(schema, "object") ? "Properties" : "Length");

    private static bool IsText(JsonObject schema) => HasType(schema, "string");

    private static bool HasType(JsonObject schema, string name) => schema["type"] switch
    {
        JsonValue one => one.TryGetValue<string>(out var text) && text == name,
        JsonArray types => types.OfType<JsonValue>().Any(type => type.TryGetValue<string>(out var text) && text == name),
        _ => false,
    };
}

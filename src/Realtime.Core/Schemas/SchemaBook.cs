using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Schemas;

/// <summary>
/// Collects the JSON schemas of types for a document (OpenAPI 3.1, AsyncAPI 3.0), each object type once, under <c>components/schemas</c>: with the limits of their
/// validation attributes and the sentences of their doc comments.
/// </summary>
public sealed class SchemaBook
{
    private readonly Dictionary<Type, string> _names = [];
    private readonly JsonObject _schemas = [];
    private readonly JsonSerializerOptions _options;
    private readonly JsonSchemaExporterOptions _exporting;

    /// <summary>Opens an empty book.</summary>
    /// <param name="options">How the app reads and writes JSON, which is what the schemas describe.</param>
    public SchemaBook(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _exporting = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };
    }

    /// <summary>The schemas so far, by name.</summary>
    public JsonObject Schemas => _schemas;

    /// <summary>A reference to a type's schema, which is added where it is new.</summary>
    /// <param name="type">Any type that JSON is made of.</param>
    public JsonObject Refer(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!_names.TryGetValue(type, out var name))
        {
            _names[type] = name = NewName(type);
            // Its place first: what is within may refer to it, and to what it refers to.
            _schemas[name] = new JsonObject();
            _schemas[name] = Export(type);
        }
        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    /// <summary>A type's schema in place: a reference for objects, the whole for numbers, texts, and lists of these.</summary>
    /// <param name="type">Any type that JSON is made of.</param>
    public JsonObject Inline(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return IsObject(type) ? Refer(type) : Export(type);
    }

    /// <summary>The members of an object type, for where each is sent by itself: in a query, in a form.</summary>
    /// <param name="type">The type.</param>
    public IReadOnlyList<SchemaMember> Members(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var schema = Export(type);
        var required = (schema["required"] as JsonArray ?? []).Select(static name => name!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        return [.. (schema["properties"] as JsonObject ?? []).Select(pair => new SchemaMember(pair.Key, (JsonObject)pair.Value!.DeepClone(), required.Contains(pair.Key)))];
    }

    /// <summary>A name as documents want the keys of components: letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</summary>
    /// <param name="text">Any text; braces are left out.</param>
    public static string AsKey(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var key = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_')
            {
                key.Append(letter);
            }
            else if (letter is not ('{' or '}'))
            {
                key.Append('_');
            }
        }
        return key.Length == 0 ? "_" : key.ToString();
    }

    private JsonObject Export(Type type)
    {
        try
        {
            return _options.GetJsonSchemaAsNode(type, _exporting) as JsonObject ?? [];
        }
        catch (NotSupportedException exception)
        {
            // A type without a shape that could be said: anything, then.
            return new JsonObject { ["description"] = exception.Message };
        }
    }

    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        if (node is not JsonObject schema)
        {
            return node;
        }
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (context.Path.Length > 0 && context.BaseTypeInfo is null && IsObject(type))
        {
            schema = IsNullable(schema, context) ? new JsonObject { ["anyOf"] = new JsonArray(Refer(type), new JsonObject { ["type"] = "null" }) } : Refer(type);
        }
        else if (context.Path.Length > 0 && schema.ContainsKey("$ref"))
        {
            // The exporter points to where it described the same type before, which may have become a reference itself.
            schema = Refer(type);
        }
        else
        {
            SchemaLimits.KeepNumbers(schema);
            if (context.PropertyInfo is null && context.TypeInfo.Kind == JsonTypeInfoKind.Object)
            {
                SchemaLimits.Require(schema, context.TypeInfo);
                Describe(schema, DocComments.Of(type));
            }
        }
        if (context.PropertyInfo is { } property)
        {
            SchemaLimits.Apply(schema, SchemaLimits.AttributesOf(property));
            Describe(schema, DocComments.Of(property));
        }
        return schema;
    }

    private static void Describe(JsonObject schema, string? text)
    {
        if (text is not null && !schema.ContainsKey("description"))
        {
            schema["description"] = text;
        }
    }

    private static bool IsNullable(JsonObject schema, JsonSchemaExporterContext context) =>
        (schema.ContainsKey("$ref") && context.PropertyInfo is { IsGetNullable: true })
        || (schema["type"] is JsonArray types && types.Any(static type => type is JsonValue value && value.TryGetValue<string>(out var name) && name == "null"));

    private bool IsObject(Type type)
    {
        if (type == typeof(object) || type.Name.StartsWith('<'))
        {
            return false;
        }
        try
        {
            return _options.GetTypeInfo(type).Kind == JsonTypeInfoKind.Object;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }

    private string NewName(Type type)
    {
        var name = AsKey(NameOf(type));
        for (var number = 2; _names.ContainsValue(name); number++)
        {
            name = $"{AsKey(NameOf(type))}_{number}";
        }
        return name;
    }

    private static string NameOf(Type type)
    {
        if (type.IsArray)
        {
            return $"{NameOf(type.GetElementType()!)}.Array";
        }
        var name = type.Name.Split('`')[0];
        // What the compiler made for an anonymous object has no name that says anything.
        name = name.StartsWith('<') ? "Anonymous" : name;
        return type.IsGenericType && name != "Anonymous" ? $"{name}.{string.Join('.', type.GenericTypeArguments.Select(NameOf))}" : name;
    }
}

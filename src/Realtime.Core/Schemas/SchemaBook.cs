using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace Realtime.Sockets;

/// <summary>Collects the schemas of payload types, each once, under <c>components/schemas</c>.</summary>
/// <param name="options">How the app writes JSON, which is what the schemas describe.</param>
internal sealed class SchemaBook(JsonSerializerOptions options)
{
    private static readonly JsonSchemaExporterOptions Exporting = new() { TreatNullObliviousAsNonNullable = true };

    private readonly Dictionary<Type, string> _names = [];
    private readonly JsonObject _schemas = [];

    public JsonObject Schemas => _schemas;

    /// <summary>A reference to a type's schema.</summary>
    public JsonObject Refer(Type type)
    {
        if (!_names.TryGetValue(type, out var name))
        {
            _names[type] = name = NewName(type);
            _schemas[name] = Export(type, $"#/components/schemas/{name}");
        }
        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    private JsonNode Export(Type type, string place)
    {
        JsonNode schema;
        try
        {
            schema = options.GetJsonSchemaAsNode(type, Exporting);
        }
        catch (NotSupportedException exception)
        {
            // A type without a shape that could be said: anything, then.
            return new JsonObject { ["description"] = exception.Message };
        }
        Move(schema, place);
        return schema is JsonObject ? schema : new JsonObject();
    }

    // The exporter points from the root of the schema, which is no root here.
    private static void Move(JsonNode? node, string place)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                Move(item, place);
            }
        }
        if (node is not JsonObject map)
        {
            return;
        }
        foreach (var (key, value) in map.ToArray())
        {
            if (key == "$ref" && value is JsonValue text && text.TryGetValue<string>(out var pointer) && pointer.StartsWith('#'))
            {
                map[key] = place + pointer[1..];
            }
            else if (key is not ("const" or "enum" or "default"))
            {
                Move(value, place);
            }
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

    /// <summary>A name as AsyncAPI wants the keys of components: letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</summary>
    public static string AsKey(string text)
    {
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
}

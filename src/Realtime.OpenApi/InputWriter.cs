using System.ComponentModel;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Realtime.Binding;
using Realtime.Routing;
using Realtime.Schemas;

namespace Realtime.OpenApi;

/// <summary>Describes what a route takes: parameters of its path, query, header and cookies, and its body.</summary>
internal sealed class InputWriter(DocumentWriter writer, RouteHandler handler, IReadOnlyList<PathSegment> segments)
{
    private readonly IReadOnlyList<RouteParameter> _inputs = handler.Parameters;

    public IList<IOpenApiParameter> Parameters()
    {
        List<IOpenApiParameter> parameters = [];
        foreach (var segment in segments.SelectMany(static segment => segment.Parts.Count > 0 ? segment.Parts : [segment]).Where(static segment => segment.IsParameter))
        {
            var name = segment.Text;
            var input = _inputs.FirstOrDefault(input => input.Source == "route" && string.Equals(input.Name, name, StringComparison.OrdinalIgnoreCase));
            parameters.Add(new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Path,
                Required = true,
                Description = input is null ? null : DescriptionOf(input),
                Schema = writer.Schema(PathSchema.Of(segment.Converter!.Rules, input is null ? new JsonObject { ["type"] = "string" } : SchemaOf(input))),
            });
        }
        foreach (var input in _inputs)
        {
            ParameterLocation? location = input.Source switch
            {
                "query" => ParameterLocation.Query,
                "header" => ParameterLocation.Header,
                "cookie" => ParameterLocation.Cookie,
                _ => null,
            };
            if (location is not null)
            {
                parameters.AddRange(IsWhole(input) ? Members(input, location.Value) : [One(input, location.Value)]);
            }
        }
        return parameters;
    }

    public IOpenApiRequestBody? Body()
    {
        if (_inputs.FirstOrDefault(static input => input.Source == "body") is { } body)
        {
            var type = body.Parameter.ParameterType;
            var content = type == typeof(string) ? Content(new JsonObject { ["type"] = "string" }, "text/plain")
                : IsRaw(type) ? Content(new JsonObject { ["type"] = "string", ["format"] = "binary" }, "application/octet-stream")
                : Content(writer.Book.Inline(type), "application/json");
            return new OpenApiRequestBody { Required = body.IsRequired, Description = DescriptionOf(body), Content = content };
        }
        var fields = _inputs.Where(static input => input.Source == "form").ToArray();
        return fields.Length == 0 ? null : Form(fields);
    }

    private OpenApiRequestBody Form(RouteParameter[] fields)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        var hasFiles = false;
        foreach (var field in fields)
        {
            var type = field.Parameter.ParameterType;
            if (IsFile(type, out var isList))
            {
                hasFiles = true;
                var file = new JsonObject { ["type"] = "string", ["format"] = "binary" };
                properties[field.Name] = isList ? new JsonObject { ["type"] = "array", ["items"] = file } : file;
            }
            else if (type == typeof(Form))
            {
                // Read field by field by the handler: nothing is known of it.
                continue;
            }
            else if (IsWhole(field))
            {
                foreach (var member in writer.Book.Members(type))
                {
                    properties[member.Name] = member.Schema;
                    if (member.IsRequired)
                    {
                        required.Add(member.Name);
                    }
                }
                continue;
            }
            else
            {
                properties[field.Name] = SchemaOf(field);
            }
            if (field.IsRequired && type != typeof(bool))
            {
                required.Add(field.Name);
            }
        }
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }
        string[] types = hasFiles ? ["multipart/form-data"] : ["application/x-www-form-urlencoded", "multipart/form-data"];
        return new OpenApiRequestBody { Required = required.Count > 0, Content = Content(schema, types) };
    }

    private Dictionary<string, IOpenApiMediaType> Content(JsonObject schema, params string[] types) =>
        types.ToDictionary(static type => type, IOpenApiMediaType (_) => new OpenApiMediaType { Schema = writer.Schema(schema) }, StringComparer.Ordinal);

    private OpenApiParameter One(RouteParameter input, ParameterLocation location) => new()
    {
        Name = input.Name,
        In = location,
        Required = input.IsRequired,
        Description = DescriptionOf(input),
        Schema = writer.Schema(SchemaOf(input)),
    };

    private IEnumerable<OpenApiParameter> Members(RouteParameter input, ParameterLocation location) =>
        writer.Book.Members(input.Parameter.ParameterType).Select(member => new OpenApiParameter
        {
            Name = member.Name,
            In = location,
            Required = member.IsRequired,
            Description = member.Schema["description"]?.GetValue<string>(),
            Schema = writer.Schema(member.Schema),
        });

    private static bool IsRaw(Type type) => type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>) || type == typeof(Stream) || type == typeof(System.IO.Pipelines.PipeReader);

    // An object of several fields, rather than one field.
    private static bool IsWhole(RouteParameter input) => input.Name.Length == 0;

    private static bool IsFile(Type type, out bool isList)
    {
        isList = type != typeof(UploadedFile) && type.IsAssignableFrom(typeof(UploadedFile[])) && type != typeof(object);
        return isList || type == typeof(UploadedFile);
    }

    private JsonObject SchemaOf(RouteParameter input)
    {
        var schema = OfText(Nullable.GetUnderlyingType(input.Parameter.ParameterType) ?? input.Parameter.ParameterType);
        SchemaLimits.Apply(schema, input.Parameter.GetCustomAttributes().Where(static attribute => attribute is not DescriptionAttribute));
        if (input.Parameter is { HasDefaultValue: true, DefaultValue: { } value })
        {
            schema["default"] = value is Enum or DateTime ? $"{value}" : System.Text.Json.JsonSerializer.SerializeToNode(value, value.GetType());
        }
        return schema;
    }

    /// <summary>What text becomes a value of a type: enums go by name there, whatever JSON does.</summary>
    private JsonObject OfText(Type type)
    {
        if (type.IsEnum)
        {
            return new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(static name => (JsonNode)name)]) };
        }
        if (!TextValue.CanParse(type))
        {
            var element = type.IsArray ? type.GetElementType() : type.IsGenericType && type.GenericTypeArguments is [var only] ? only : null;
            return element is not null && TextValue.CanParse(element)
                ? new JsonObject { ["type"] = "array", ["items"] = OfText(Nullable.GetUnderlyingType(element) ?? element) }
                : new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } };
        }
        var schema = writer.Book.Inline(type);
        return schema.ContainsKey("type") ? schema : new JsonObject { ["type"] = "string" };
    }

    private static string? DescriptionOf(RouteParameter input) =>
        input.Parameter.GetCustomAttribute<DescriptionAttribute>()?.Description ?? DocComments.Of(input.Parameter);
}

using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Realtime.Routing;
using Realtime.Schemas;

namespace Realtime.OpenApi;

/// <summary>Writes the document of an app: a path for each pattern, an operation for each method.</summary>
internal sealed class DocumentWriter
{
    private readonly App _app;
    private readonly OpenApiOptions _options;
    private readonly OpenApiDocument _document;
    private readonly SchemaBook _book;
    private readonly OpenApiJsonReader _reader = new();

    public DocumentWriter(App app, OpenApiOptions options)
    {
        _app = app;
        _options = options;
        _book = new SchemaBook(app.Json);
        var program = Assembly.GetEntryAssembly()?.GetName();
        _document = new OpenApiDocument
        {
            Info = new OpenApiInfo
            {
                Title = options.Title ?? program?.Name ?? "Realtime",
                Version = options.Version ?? program?.Version?.ToString(3) ?? "1.0.0",
                Description = options.Description,
            },
            Paths = [],
            Components = new OpenApiComponents { Schemas = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) },
        };
    }

    /// <summary>Writes the document as JSON.</summary>
    /// <param name="rootPath">Where the app is mounted.</param>
    public byte[] Write(string rootPath)
    {
        if (rootPath.Length > 0)
        {
            _document.Servers = [new OpenApiServer { Url = rootPath }];
        }
        ProblemResponse.AddTo(this);
        foreach (var route in _app.Routes.Where(static route => RouteNotes.Find(route) is not { IsUndocumented: true }))
        {
            Add(route);
        }
        foreach (var (name, schema) in _book.Schemas.ToArray())
        {
            _document.Components!.Schemas![name] = Parse(schema!);
        }
        _options.Configure?.Invoke(_document);
        using var text = new StringWriter();
        _document.SerializeAsV31(new OpenApiJsonWriter(text));
        return System.Text.Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The document that is written.</summary>
    public OpenApiDocument Document => _document;

    /// <summary>The schemas of bodies.</summary>
    public SchemaBook Book => _book;

    /// <summary>A schema as the document has it: a reference, or the whole.</summary>
    public IOpenApiSchema Schema(JsonObject schema)
    {
        const string Place = "#/components/schemas/";
        return schema.Count == 1 && schema["$ref"] is JsonValue value && value.TryGetValue<string>(out var reference) && reference.StartsWith(Place, StringComparison.Ordinal)
            ? new OpenApiSchemaReference(reference[Place.Length..], _document)
            : Parse(schema);
    }

    private OpenApiSchema Parse(JsonNode schema) =>
        _reader.ReadFragment<OpenApiSchema>(schema.DeepClone(), OpenApiSpecVersion.OpenApi3_1, _document, out _) ?? new OpenApiSchema();

    private void Add(Route route)
    {
        foreach (var handler in route.Handlers.Where(IsShown))
        {
            var segments = route.Pattern.Segments;
            Add(route, handler, segments);
            // A document knows no path parameter that may be left out: there are two paths.
            while (segments is [.., { IsOptional: true }])
            {
                segments = [.. segments.SkipLast(1)];
                Add(route, handler, segments);
            }
        }
    }

    private void Add(Route route, RouteHandler handler, IReadOnlyList<PathSegment> segments)
    {
        var path = "/" + string.Join('/', segments.Select(TextOf));
        if (!_document.Paths.TryGetValue(path, out var known))
        {
            _document.Paths[path] = known = new OpenApiPathItem();
        }
        var item = (OpenApiPathItem)known;
        foreach (var method in handler.Methods)
        {
            var verb = new HttpMethod(method);
            if (item.Operations is null || !item.Operations.ContainsKey(verb))
            {
                item.AddOperation(verb, new OperationWriter(this, route, handler, segments, method).Write());
            }
        }
    }

    private static string TextOf(PathSegment segment) => segment.IsParameter ? $"{{{segment.Text}}}"
        : segment.Parts.Count > 0 ? string.Concat(segment.Parts.Select(TextOf))
        : segment.Text;

    // What the sockets serve for their clients has a protocol of its own.
    private static bool IsShown(RouteHandler handler) => handler.Method.Module.Assembly.GetName().Name is not "Realtime.Sockets";
}

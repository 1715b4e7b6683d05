using System.Net;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Realtime.Routing;
using Realtime.Schemas;

namespace Realtime.OpenApi;

/// <summary>Describes one method of one route.</summary>
internal sealed class OperationWriter(DocumentWriter writer, Route route, RouteHandler handler, IReadOnlyList<PathSegment> segments, string method)
{
    private readonly RouteNotes _notes = RouteNotes.Find(route) ?? RouteNotes.None;

    public OpenApiOperation Write()
    {
        var inputs = new InputWriter(writer, handler, segments);
        var operation = new OpenApiOperation
        {
            OperationId = IdOf(),
            Summary = _notes.Summary ?? DocComments.Of(handler.Method)?.TrimEnd('.'),
            Description = _notes.Description ?? DocComments.RemarksOf(handler.Method),
            Deprecated = _notes.IsDeprecated || handler.Method.IsDefined(typeof(ObsoleteAttribute)),
            Parameters = inputs.Parameters(),
            RequestBody = inputs.Body(),
            Responses = [],
        };
        if (Tags() is { Count: > 0 } tags)
        {
            writer.Document.Tags ??= new HashSet<OpenApiTag>();
            foreach (var tag in tags)
            {
                if (!writer.Document.Tags.Any(known => known.Name == tag))
                {
                    writer.Document.Tags.Add(new OpenApiTag { Name = tag });
                }
            }
            operation.Tags = new HashSet<OpenApiTagReference>(tags.Select(tag => new OpenApiTagReference(tag, writer.Document)));
        }
        AddResponses(operation.Responses, operation.Parameters.Count > 0 || operation.RequestBody is not null);
        return operation;
    }

    // Unique where a route has several methods, or a pattern several routes.
    private string IdOf()
    {
        var name = route.Name ?? $"{method.ToLowerInvariant()}{string.Concat(segments.Select(static segment => "_" + SchemaBook.AsKey(segment.Text)))}";
        // One of two paths of an optional parameter.
        name = segments.Count < route.Pattern.Segments.Count && route.Name is not null ? $"{name}.{segments.Count}" : name;
        return route is { Name: not null, Methods.Count: > 1 } ? $"{name}.{method.ToLowerInvariant()}" : name;
    }

    private List<string> Tags() => _notes.Tags.Count > 0 ? _notes.Tags
        : route.Name?.LastIndexOf('.') is > 0 and var dot ? [route.Name[..dot]]
        : [];

    private void AddResponses(OpenApiResponses responses, bool takesInput)
    {
        foreach (var result in _notes.Results)
        {
            responses[$"{result.Status}"] = result.Body is null && result.Status >= 400
                ? ProblemResponse.Refer(writer.Document, result.Description ?? ReasonOf(result.Status))
                : ResponseOf(result.Status, result.Body, result.Description, result.ContentType);
        }
        if (!_notes.Results.Exists(static result => result.Status is >= 200 and < 400))
        {
            var (status, body, contentType) = Inferred(handler.ResultType);
            responses[$"{status}"] = ResponseOf(status, body, null, contentType);
        }
        if (method is "GET" && MayBeNull())
        {
            responses.TryAdd("404", ProblemResponse.Refer(writer.Document, "There is no such thing."));
        }
        if (takesInput)
        {
            responses.TryAdd("400", ProblemResponse.Refer(writer.Document, "The request is wrong; the problem names the field and what was expected."));
        }
        responses.TryAdd("default", ProblemResponse.Refer(writer.Document, "Something else went wrong."));
    }

    private static (int Status, Type? Body, string? ContentType) Inferred(Type type)
    {
        if (type == typeof(void))
        {
            return (204, null, null);
        }
        if (type.IsAssignableTo(typeof(Response)) || type == typeof(object))
        {
            return (200, null, null);
        }
        if (type == typeof(Html))
        {
            return (200, typeof(string), "text/html");
        }
        if (type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>) || type.IsAssignableTo(typeof(Stream)))
        {
            return (200, typeof(byte[]), "application/octet-stream");
        }
        // A value with its status.
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTuple<,>) && type.GenericTypeArguments[1] == typeof(int))
        {
            return Inferred(type.GenericTypeArguments[0]);
        }
        return (200, type, null);
    }

    private OpenApiResponse ResponseOf(int status, Type? body, string? description, string? contentType)
    {
        var response = new OpenApiResponse { Description = description ?? ReasonOf(status) };
        if (body is not null && status is not (204 or 304))
        {
            contentType ??= body == typeof(string) ? "text/plain" : status >= 400 ? "application/problem+json" : "application/json";
            var schema = contentType.Contains("json", StringComparison.Ordinal) ? writer.Book.Inline(body)
                : body == typeof(string) ? new JsonObject { ["type"] = "string" }
                : new JsonObject { ["type"] = "string", ["format"] = "binary" };
            response.Content = new Dictionary<string, IOpenApiMediaType>(StringComparer.Ordinal) { [contentType] = new OpenApiMediaType { Schema = writer.Schema(schema) } };
        }
        return response;
    }

    // A handler's null is a 404.
    private bool MayBeNull()
    {
        var result = new NullabilityInfoContext().Create(handler.Method.ReturnParameter);
        if (result.Type.IsGenericType && result.Type.GetGenericTypeDefinition() is { } open && (open == typeof(Task<>) || open == typeof(ValueTask<>)))
        {
            result = result.GenericTypeArguments[0];
        }
        return result.ReadState == NullabilityState.Nullable;
    }

    // NotFound: "Not found".
    private static string ReasonOf(int status) =>
        string.Concat(((HttpStatusCode)status).ToString().Select(static (letter, index) => index > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));
}

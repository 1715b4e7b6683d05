using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Realtime.OpenApi;

/// <summary>The answer to what goes wrong: a problem document (RFC 9457), the same for all routes.</summary>
internal static class ProblemResponse
{
    private const string Name = "Problem";

    public static void AddTo(DocumentWriter writer)
    {
        writer.Book.Schemas[Name] = JsonNode.Parse("""
            {
              "type": "object",
              "description": "What went wrong (RFC 9457).",
              "properties": {
                "type": { "type": "string" },
                "title": { "type": "string", "description": "The status in words." },
                "status": { "type": "integer" },
                "detail": { "type": "string", "description": "What is wrong and what to do instead." },
                "code": { "type": "string", "description": "A word for programs." },
                "errors": {
                  "type": "array",
                  "description": "Each field that is wrong.",
                  "items": {
                    "type": "object",
                    "properties": {
                      "field": { "type": "string" },
                      "source": { "type": "string", "description": "Where it was sent: route, query, body." },
                      "problem": { "type": "string" }
                    },
                    "required": ["field", "source", "problem"]
                  }
                },
                "reference": { "type": "string", "description": "What finds the error in the server's log." }
              },
              "required": ["type", "title", "status", "detail", "code"]
            }
            """);
        writer.Document.Components!.Responses = new Dictionary<string, IOpenApiResponse>(StringComparer.Ordinal)
        {
            [Name] = new OpenApiResponse
            {
                Description = "What went wrong.",
                Content = new Dictionary<string, IOpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/problem+json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(Name, writer.Document) },
                },
            },
        };
    }

    public static IOpenApiResponse Refer(OpenApiDocument document, string description) => new OpenApiResponseReference(Name, document) { Description = description };
}

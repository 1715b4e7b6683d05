using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Realtime.Binding;
using Realtime.Middleware;

namespace Realtime.Http;

/// <summary>What is said when a request fails: a problem document (RFC 9457), or a plain page for someone at a browser.</summary>
/// <param name="Status">The status.</param>
/// <param name="Detail">What is wrong and what to do instead.</param>
/// <param name="Code">A word for programs.</param>
internal sealed record Problem(int Status, string Detail, string Code)
{
    public const string ContentType = "application/problem+json";

    /// <summary>The inputs that are wrong; empty where it is none of them.</summary>
    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    /// <summary>What finds the error in the log; null for none.</summary>
    public string? Reference { get; init; }

    /// <summary>What the person at work on the app is shown; null for everybody else.</summary>
    public DebugReport? Report { get; init; }

    /// <summary>Header fields that belong to the answer, or null.</summary>
    public IEnumerable<KeyValuePair<string, StringValues>>? Headers { get; init; }

    public static Problem Of(HttpError error) => new(error.Status, error.Message, error.Code) { Headers = error.HasHeaders ? error.Headers : null, Errors = error.Errors };

    public static Problem Of(BindingException error) => new(400, error.Message, "bad_request") { Errors = error.Errors };

    /// <summary>The problem as an error that a person's handler is given.</summary>
    public HttpError ToError(Exception exception) => new(Status, Detail, Code, exception) { Errors = Errors };

    /// <summary>Makes the body in the form that the peer prefers.</summary>
    public ProblemBody Render(string? accept) =>
        !PrefersHtml(accept) ? new(ContentType, Json(), Policy: null)
        : Report is { } report ? new(BodyWriter.HtmlText, DebugPage.Render(report, Reference!), DebugPage.Policy)
        : new(BodyWriter.HtmlText, ProblemPage.Render(this), ProblemPage.Policy);

    // A browser that navigates asks for text/html; scripts and tools ask for JSON or for anything.
    private static bool PrefersHtml(string? accept) =>
        accept is not null && accept.Contains("text/html", StringComparison.OrdinalIgnoreCase) && !accept.Contains("json", StringComparison.OrdinalIgnoreCase);

    private ReadOnlyMemory<byte> Json()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("type", "about:blank");
        json.WriteString("title", HttpError.ReasonOf(Status));
        json.WriteNumber("status", Status);
        json.WriteString("detail", Detail);
        json.WriteString("code", Code);
        if (Errors.Count > 0)
        {
            json.WriteStartArray("errors");
            foreach (var error in Errors)
            {
                json.WriteStartObject();
                json.WriteString("field", error.Field);
                json.WriteString("source", error.Source);
                json.WriteString("problem", error.Problem);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (Reference is { } reference)
        {
            json.WriteString("reference", reference);
        }
        if (Report is { } report)
        {
            json.WriteStartArray("exceptions");
            foreach (var exception in report.Exceptions)
            {
                json.WriteStartObject();
                json.WriteString("type", exception.Type);
                json.WriteString("message", exception.Message);
                json.WriteStartArray("at");
                foreach (var frame in exception.Frames)
                {
                    json.WriteStringValue(frame.File is null ? frame.Call : $"{frame.Call} in {frame.File}:{frame.Line}");
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}

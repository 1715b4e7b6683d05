using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Binding;

/// <summary>Reads a request's JSON body, and says where it is wrong when it is.</summary>
internal static class JsonBody
{
    public static ParameterBinding<Request> Bind(ParameterInfo parameter, JsonSerializerOptions options)
    {
        var type = options.GetTypeInfo(parameter.ParameterType);
        var optional = ParameterDefault.TryGet(parameter, out var absent);
        return ParameterBinding<Request>.FromAsync("body", request => ReadAsync(request, type, optional, absent));
    }

    /// <summary>Reads the body.</summary>
    /// <param name="request">The request, whose body is not read yet.</param>
    /// <param name="type">What to read.</param>
    /// <param name="optional">Whether an empty body or a JSON null stands for <paramref name="absent"/>.</param>
    /// <param name="absent">The value of an empty body.</param>
    public static async ValueTask<object?> ReadAsync(Request request, JsonTypeInfo type, bool optional, object? absent)
    {
        var http = request.Http;
        if (http.RequestHeaders.ContentType is not { } contentType)
        {
            if (http.RequestHeaders.ContentLength is null or 0 && !http.RequestHeaders.Contains("Transfer-Encoding"))
            {
                return optional ? absent : throw Empty(type);
            }
            throw new HttpError(415, "The body has no Content-Type: send JSON as application/json.");
        }
        if (!IsJson(contentType))
        {
            throw new HttpError(415, $"The body's Content-Type is '{contentType}': send JSON as application/json.");
        }
        try
        {
            var first = await http.RequestBody.ReadAsync(request.Disconnected);
            if (first.IsCompleted && first.Buffer.IsEmpty)
            {
                return optional ? absent : throw Empty(type);
            }
            // Nothing is consumed yet: the serializer reads from the start.
            http.RequestBody.AdvanceTo(first.Buffer.Start);
            var value = await JsonSerializer.DeserializeAsync(http.RequestBody, type, request.Disconnected);
            return value ?? (optional ? null : throw new BindingException("$", "body", $"should be {JsonProblem.Expected(type)}, but is null"));
        }
        catch (JsonException exception)
        {
            throw Unfit(exception, type);
        }
    }

    /// <summary>Turns a parser's error into one for the peer: the path, and what was expected there.</summary>
    internal static BindingException Unfit(JsonException exception, JsonTypeInfo type)
    {
        var (path, problem) = JsonProblem.Of(exception, type);
        return new BindingException(path, "body", problem, exception);
    }

    private static BindingException Empty(JsonTypeInfo type) => new("$", "body", $"is missing; it should be {JsonProblem.Expected(type)} as JSON");

    private static bool IsJson(string contentType)
    {
        var media = contentType.AsSpan();
        media = (media.IndexOf(';') is >= 0 and var end ? media[..end] : media).Trim();
        return media.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (media.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && media.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
            || media.Equals("text/json", StringComparison.OrdinalIgnoreCase);
    }
}

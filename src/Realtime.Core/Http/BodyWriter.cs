using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Writes whole bodies without waiting for anybody; unflushed, they get their length when the application returns.</summary>
internal static class BodyWriter
{
    public const string PlainText = "text/plain; charset=utf-8";
    public const string HtmlText = "text/html; charset=utf-8";
    public const string JsonText = "application/json; charset=utf-8";
    public const string Binary = "application/octet-stream";

    // Below this many characters the encoder's worst case fits a pipe's usual segment, and one pass is enough.
    private const int ShortText = 1024;

    // A larger buffer than this is not kept for the next response of the thread.
    private const int MostKept = 64 * 1024;

    [ThreadStatic]
    private static JsonScratch? t_json;

    private static readonly ConcurrentDictionary<Type, bool> AsyncTypes = new();

    public static ValueTask Text(HttpConnection http, string text, string contentType)
    {
        http.ResponseHeaders.ContentType = contentType;
        var body = http.ResponseBody;
        if (text.Length <= ShortText)
        {
            body.Advance(Encoding.UTF8.GetBytes(text, body.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
        }
        else
        {
            Encoding.UTF8.GetBytes(text, body);
        }
        return default;
    }

    public static ValueTask Html(HttpConnection http, Html html, string contentType = HtmlText)
    {
        http.ResponseHeaders.ContentType = contentType;
        html.WriteTo(http.ResponseBody);
        return default;
    }

    public static ValueTask Bytes(HttpConnection http, ReadOnlyMemory<byte> bytes, string contentType)
    {
        http.ResponseHeaders.ContentType = contentType;
        http.ResponseBody.Write(bytes.Span);
        return default;
    }

    /// <summary>Writes a value as JSON: whole, so that its length is known and a failure half way is still a clean error.</summary>
    public static ValueTask Json(Request request, object? value, JsonTypeInfo type, string contentType = JsonText)
    {
        var http = request.Http;
        if (type.Kind == JsonTypeInfoKind.Enumerable && IsAsync(type.Type))
        {
            http.ResponseHeaders.ContentType = contentType;
            return new ValueTask(JsonSerializer.SerializeAsync(http.ResponseBody, value, type, request.Disconnected));
        }
        var scratch = t_json is { } kept && kept.Options == type.Options ? kept : new JsonScratch(type.Options);
        // Not shared while in use: a converter that itself writes a response would find its own.
        t_json = null;
        scratch.Writer.Reset(scratch.Buffer);
        JsonSerializer.Serialize(scratch.Writer, value, type);
        scratch.Writer.Flush();
        http.ResponseHeaders.ContentType = contentType;
        http.ResponseBody.Write(scratch.Buffer.WrittenSpan);
        if (scratch.Buffer.Capacity <= MostKept)
        {
            scratch.Buffer.ResetWrittenCount();
            t_json = scratch;
        }
        return default;
    }

    private static bool IsAsync(Type type) => AsyncTypes.GetOrAdd(type, static type =>
        type.GetInterfaces().Append(type).Any(static face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)));

    /// <summary>A thread's buffer and writer between two responses.</summary>
    private sealed class JsonScratch(JsonSerializerOptions options)
    {
        public JsonSerializerOptions Options { get; } = options;

        public ArrayBufferWriter<byte> Buffer { get; } = new(1024);

        public Utf8JsonWriter Writer { get; } = new(
            Stream.Null, new JsonWriterOptions { Encoder = options.Encoder, Indented = options.WriteIndented, SkipValidation = true });
    }
}

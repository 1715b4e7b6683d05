using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime;

/// <summary>Reads and writes an app's data by the type contracts of its JSON options, so that source-generated ones need no reflection.</summary>
internal sealed class ClientJson(JsonSerializerOptions? options)
{
    private readonly JsonSerializerOptions _options = Prepare(options);

    public byte[] Write(object? data) =>
        data is null ? "null"u8.ToArray() : JsonSerializer.SerializeToUtf8Bytes(data, _options.GetTypeInfo(data.GetType()));

    public T? Read<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            return json.IsEmpty ? default : JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T)));
        }
        catch (JsonException exception)
        {
            throw BadData<T>(exception);
        }
    }

    public T? Read<T>(JsonElement json)
    {
        try
        {
            return json.Deserialize((JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T)));
        }
        catch (JsonException exception)
        {
            throw BadData<T>(exception);
        }
    }

    private static RealtimeException BadData<T>(JsonException exception) =>
        new("bad_data", $"The server's data is no {typeof(T).Name}: {exception.Message}", exception);

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Without reflection the resolver must be given, and GetTypeInfo says so.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Without reflection the resolver must be given, and GetTypeInfo says so.")]
    private static JsonSerializerOptions Prepare(JsonSerializerOptions? options)
    {
        if (options is null && !JsonSerializer.IsReflectionEnabledByDefault)
        {
            throw new InvalidOperationException(
                "This program is built without reflection for JSON, as for AOT: set RealtimeClientOptions.Json with the resolver of a JsonSerializerContext, or build with PublishAot=false.");
        }
        options ??= JsonSerializerOptions.Web;
        options.MakeReadOnly(populateMissingResolver: JsonSerializer.IsReflectionEnabledByDefault);
        return options;
    }
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>A JSON writer over a buffer, kept from one use to the next, one for each thread.</summary>
internal sealed class JsonScratch : IDisposable
{
    private const int KeepCapacity = 64 * 1024;

    [ThreadStatic]
    private static JsonScratch? _kept;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    private JsonScratch()
    {
        Writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions
        {
            // Frames are no HTML: escaping every letter outside of ASCII would only make them longer.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            SkipValidation = true,
        });
        Envelope = new JsonEnvelopeWriter(Writer);
    }

    public Utf8JsonWriter Writer { get; }

    /// <summary>The same writer, for the protocol's messages.</summary>
    public EnvelopeWriter Envelope { get; }

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>
    /// Takes this thread's writer. Taken, not shared: a person's converter that publishes while it writes gets another one.
    /// </summary>
    public static JsonScratch Take()
    {
        var scratch = _kept ?? new JsonScratch();
        _kept = null;
        return scratch;
    }

    /// <summary>Writes an app's value as it goes into frames.</summary>
    public static byte[] Serialize<T>(T value, JsonSerializerOptions options)
    {
        using var scratch = Take();
        JsonSerializer.Serialize(scratch.Writer, value, options);
        scratch.Writer.Flush();
        return scratch.Written.ToArray();
    }

    public void Dispose()
    {
        _buffer.ResetWrittenCount();
        Writer.Reset();
        if (_buffer.Capacity <= KeepCapacity)
        {
            _kept = this;
        }
    }
}

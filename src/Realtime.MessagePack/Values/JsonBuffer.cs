using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>A JSON writer over a buffer, kept from one use to the next, one for each thread.</summary>
internal sealed class JsonBuffer : IDisposable
{
    private const int KeepCapacity = 64 * 1024;

    [ThreadStatic]
    private static JsonBuffer? _kept;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    private JsonBuffer() => Writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions
    {
        // Only read again, as MessagePack: escaping every letter outside of ASCII would only make it longer.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    public Utf8JsonWriter Writer { get; }

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>Takes this thread's writer. Taken, not shared: a person's converter that writes a value of its own gets another one.</summary>
    public static JsonBuffer Take()
    {
        var buffer = _kept ?? new JsonBuffer();
        _kept = null;
        return buffer;
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

using System.Buffers;
using System.Text;

namespace Realtime.Razor;

/// <summary>Text that becomes UTF-8 in a response's body, without a string in between.</summary>
internal sealed class BodyTextWriter(IBufferWriter<byte> body) : TextWriter
{
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer) => _encoder.Convert(buffer, body, flush: false, out _, out _);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _encoder.Convert([], body, flush: true, out _, out _);
        }
        base.Dispose(disposing);
    }

    public override ValueTask DisposeAsync()
    {
        Dispose(disposing: true);
        return default;
    }
}

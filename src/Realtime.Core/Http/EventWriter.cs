using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Realtime.Http;

/// <summary>Writes server-sent events, field by field.</summary>
internal sealed class EventWriter(IBufferWriter<byte> output, JsonSerializerOptions options) : IDisposable
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n");

    private static readonly SearchValues<byte> LineEndBytes = SearchValues.Create("\r\n"u8);

    private readonly ArrayBufferWriter<byte> _json = new(256);
    private Utf8JsonWriter? _writer;

    public void Comment() => output.Write(":\n\n"u8);

    public void Write<T>(T item)
    {
        if (item is ServerEvent named)
        {
            // A line end inside one of these would begin a field of the sender's choice.
            Line("event: "u8, named.Event, "event's name");
            Line("id: "u8, named.Id, "event's id");
            Line("retry: "u8, named.Retry is { } retry ? ((long)retry.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) : null, "event's retry");
            // Without a data line nothing is dispatched, and yet id and retry are noted (WHATWG HTML, section 9.2.6).
            var isSetting = named is { Data: null, Event: null } && (named.Id is not null || named.Retry is not null);
            if (!isSetting)
            {
                Data(named.Data, typeof(object));
            }
        }
        else
        {
            Data(item, typeof(T));
        }
        output.Write("\n"u8);
    }

    public void Dispose() => _writer?.Dispose();

    private void Data(object? value, Type declared)
    {
        if (value is string or ReadOnlyMemory<byte>)
        {
            Lines(value is string text ? Encoding.UTF8.GetBytes(text) : ((ReadOnlyMemory<byte>)value).Span);
            return;
        }
        output.Write("data: "u8);
        if (value is not null || declared != typeof(object))
        {
            // Never indented: a line end would end the field.
            _writer ??= new Utf8JsonWriter(_json, new JsonWriterOptions { Encoder = options.Encoder, SkipValidation = true });
            _json.ResetWrittenCount();
            _writer.Reset(_json);
            JsonSerializer.Serialize(_writer, value, JsonShape.Of(value, declared, options));
            _writer.Flush();
            output.Write(_json.WrittenSpan);
        }
        output.Write("\n"u8);
    }

    // Only these end a line here: CR, LF, and both together (WHATWG HTML, section 9.2.5).
    private void Lines(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var end = text.IndexOfAny(LineEndBytes);
            output.Write("data: "u8);
            output.Write(end < 0 ? text : text[..end]);
            output.Write("\n"u8);
            if (end < 0)
            {
                return;
            }
            text = text[(text[end..].StartsWith("\r\n"u8) ? end + 2 : end + 1)..];
        }
    }

    private void Line(ReadOnlySpan<byte> field, string? value, string what)
    {
        if (value is null)
        {
            return;
        }
        if (value.AsSpan().ContainsAny(LineEnds))
        {
            throw new ArgumentException($"The {what} has a line end in it: leave it out.", nameof(value));
        }
        output.Write(field);
        Encoding.UTF8.GetBytes(value, output);
        output.Write("\n"u8);
    }
}

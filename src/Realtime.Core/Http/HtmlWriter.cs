using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Realtime.Http;

/// <summary>Writes pieces of a page in UTF-8, straight into the memory of whoever takes them.</summary>
/// <param name="output">Who takes them.</param>
/// <param name="length">About how many bytes are to come.</param>
internal ref struct HtmlWriter(IBufferWriter<byte> output, int length)
{
    // A page that is larger than this comes to more memory in steps.
    private const int MostAtOnce = 64 * 1024;
    private const int Least = 256;

    private static readonly SearchValues<char> SpecialLetters = SearchValues.Create("&<>\"'");
    private static readonly SearchValues<byte> SpecialBytes = SearchValues.Create("&<>\"'"u8);

    private Span<byte> _room = output.GetSpan(Math.Clamp(length + (length / 8), Least, MostAtOnce));
    private int _used;

    public static bool NeedsEscape(string text) => text.AsSpan().ContainsAny(SpecialLetters);

    public void Write(Html html)
    {
        foreach (var piece in html.Pieces)
        {
            switch (piece)
            {
                case string text:
                    Literal(text);
                    break;
                case Html nested:
                    // Where pieces are nested as deep as a stranger likes, that is an exception and not the end of the process.
                    RuntimeHelpers.EnsureSufficientExecutionStack();
                    Write(nested);
                    break;
                case Html.Text text:
                    Escaped(text.Value);
                    break;
                default:
                    Formatted((IUtf8SpanFormattable)piece);
                    break;
            }
        }
    }

    public void Flush()
    {
        output.Advance(_used);
        _used = 0;
    }

    private void Literal(ReadOnlySpan<char> text)
    {
        // Half of a pair of surrogates becomes U+FFFD, as anywhere in the platform.
        int written;
        while (Utf8.FromUtf16(text, _room[_used..], out var read, out written) == OperationStatus.DestinationTooSmall)
        {
            text = text[read..];
            _used += written;
            More(Math.Clamp(text.Length, Least, MostAtOnce));
        }
        _used += written;
    }

    private void Escaped(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAny(SpecialLetters) is >= 0 and var at)
        {
            Literal(text[..at]);
            Bytes(text[at] switch
            {
                '&' => "&amp;"u8,
                '<' => "&lt;"u8,
                '>' => "&gt;"u8,
                '"' => "&quot;"u8,
                _ => "&#39;"u8,
            });
            text = text[(at + 1)..];
        }
        Literal(text);
    }

    private void Formatted(IUtf8SpanFormattable value)
    {
        int written;
        for (var size = Least; !value.TryFormat(_room[_used..], out written, default, CultureInfo.InvariantCulture); size *= 2)
        {
            More(size);
        }
        if (_room.Slice(_used, written).ContainsAny(SpecialBytes))
        {
            Escaped(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
        }
        else
        {
            _used += written;
        }
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        if (_room.Length - _used < bytes.Length)
        {
            More(Least);
        }
        bytes.CopyTo(_room[_used..]);
        _used += bytes.Length;
    }

    private void More(int size)
    {
        Flush();
        _room = output.GetSpan(size);
    }
}

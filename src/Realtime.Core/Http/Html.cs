using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Realtime.Http;

namespace Realtime;

/// <summary>
/// A piece of a page, made of an interpolated string: what is written stands as it is, what is inserted is escaped, except other <see cref="Html"/>. Lists are inserted
/// item after item, null as nothing: <c>{(isNew ? Html.Of($"&lt;b&gt;new&lt;/b&gt;") : null)}</c> is there or not.
/// </summary>
/// <remarks>
/// <para>
/// Five characters are escaped wherever they are inserted: <c>&amp; &lt; &gt; " '</c>. That is right for text and for the values of attributes in quotes, and for nothing else:
/// never insert what came from outside into a script, a style, a comment, an attribute without quotes, or as the name of anything; and see that an address
/// (<c>href</c>, <c>src</c>) begins as it should, since <c>javascript:</c> has nothing to escape. Data for a script goes through <see cref="Json"/>.
/// </para>
/// <para>A piece keeps what it was made of and writes it, in UTF-8, where it is sent to: no text is made in between. It may be kept and inserted as often as one likes.</para>
/// </remarks>
[InterpolatedStringHandler]
public sealed class Html
{
    // Of the app's own converters none is asked for: what a page shows is not what an API says.
    private static readonly JsonSerializerOptions ForScripts = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Default };

    // Text is what needs escaping; a string needs none; boxed values are formatted where they are written.
    private object[] _pieces;
    private int _count;
    private int _length;

    /// <summary>For the compiler.</summary>
    /// <param name="literalLength">How much is written as it is.</param>
    /// <param name="formattedCount">How much is inserted.</param>
    public Html(int literalLength, int formattedCount)
    {
        _pieces = new object[(formattedCount * 2) + 1];
        _length = literalLength;
    }

    /// <summary>About how many bytes it has.</summary>
    internal int Length => _length;

    internal ReadOnlySpan<object> Pieces => _pieces.AsSpan(0, _count);

    /// <summary>Makes a piece of an interpolated string.</summary>
    /// <param name="html">The piece: <c>$"&lt;b&gt;{name}&lt;/b&gt;"</c>.</param>
    public static Html Of(Html html) => html;

    /// <summary>Makes a piece of text that is HTML already: trusted text only.</summary>
    /// <param name="html">The text, which nothing escapes.</param>
    public static Html Raw(string html)
    {
        ArgumentNullException.ThrowIfNull(html);
        var piece = new Html(html.Length, 0);
        piece.AppendLiteral(html);
        return piece;
    }

    /// <summary>Makes a piece of a list, with something in between.</summary>
    /// <typeparam name="T">The items' type.</typeparam>
    /// <param name="separator">What stands between two items, as text.</param>
    /// <param name="items">The items, inserted as an interpolated string inserts them.</param>
    public static Html Join<T>(string separator, IEnumerable<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var piece = new Html(0, 8);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst)
            {
                piece.AppendFormatted(separator);
            }
            piece.AppendFormatted(item);
            isFirst = false;
        }
        return piece;
    }

    /// <summary>
    /// Makes a piece of a value as JSON that is safe inside a script: <c>&lt;script type="application/json" id="data"&gt;{Html.Json(data)}&lt;/script&gt;</c>.
    /// </summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The value.</param>
    public static Html Json<T>(T value) => Raw(JsonSerializer.Serialize(value, ForScripts));

    /// <summary>For the compiler: what is written as it is.</summary>
    /// <param name="text">The text.</param>
    public void AppendLiteral(string text) => Add(text);

    /// <summary>For the compiler: text that is inserted.</summary>
    /// <param name="text">The text; null for nothing.</param>
    public void AppendFormatted(string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _length += text.Length;
            Add(HtmlWriter.NeedsEscape(text) ? new Text(text) : text);
        }
    }

    /// <summary>For the compiler: a piece that is inserted.</summary>
    /// <param name="html">The piece; null for nothing.</param>
    public void AppendFormatted(Html? html)
    {
        if (html is not null)
        {
            _length += html._length;
            Add(html);
        }
    }

    /// <summary>For the compiler: what is inserted.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">The value.</param>
    public void AppendFormatted<T>(T value) => AppendFormatted(value, null);

    /// <summary>For the compiler: what is inserted with a format.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="format">The format, in the invariant culture.</param>
    public void AppendFormatted<T>(T value, string? format)
    {
        switch (value)
        {
            case null:
                break;
            case Html html:
                AppendFormatted(html);
                break;
            case string text:
                AppendFormatted(text);
                break;
            // Its value is what it was when it was inserted, as that of a class may not be.
            case IUtf8SpanFormattable and ValueType when format is null:
                _length += 12;
                Add(value);
                break;
            case IFormattable formattable:
                AppendFormatted(formattable.ToString(format, CultureInfo.InvariantCulture));
                break;
            case IEnumerable<Html?> list:
                AppendAll(list);
                break;
            case IEnumerable list:
                foreach (var item in list)
                {
                    AppendFormatted(item, format);
                }
                break;
            default:
                AppendFormatted(value.ToString());
                break;
        }
    }

    /// <summary>Writes the piece in UTF-8.</summary>
    /// <param name="output">Where to.</param>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var writer = new HtmlWriter(output, _length);
        writer.Write(this);
        writer.Flush();
    }

    /// <summary>The piece as text.</summary>
    public override string ToString()
    {
        var buffer = new ArrayBufferWriter<byte>(Math.Max(_length, 16));
        WriteTo(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void AppendAll(IEnumerable<Html?> list)
    {
        if (list.TryGetNonEnumeratedCount(out var count) && _count + count > _pieces.Length)
        {
            // And as much again as was there for what comes behind the list.
            Array.Resize(ref _pieces, _pieces.Length + count);
        }
        foreach (var item in list)
        {
            AppendFormatted(item);
        }
    }

    private void Add(object piece)
    {
        if (_count == _pieces.Length)
        {
            Array.Resize(ref _pieces, Math.Max(_count * 2, 8));
        }
        _pieces[_count++] = piece;
    }

    /// <summary>Text that has something to escape.</summary>
    internal sealed record Text(string Value);
}

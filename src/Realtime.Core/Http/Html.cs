using System.Collections;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Realtime;

/// <summary>
/// A piece of a page, made of an interpolated string: what is written stands as it is, what is inserted is escaped, except
/// other <see cref="Html"/>. Lists are inserted item after item, null as nothing.
/// </summary>
/// <remarks>Escaping is for text and for attribute values in quotes; never insert what came from outside into a script or a style.</remarks>
[InterpolatedStringHandler]
public sealed class Html
{
    private readonly StringBuilder _text;

    /// <summary>For the compiler.</summary>
    /// <param name="literalLength">How much is written as it is.</param>
    /// <param name="formattedCount">How much is inserted.</param>
    public Html(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 16));

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

    /// <summary>For the compiler: what is written as it is.</summary>
    /// <param name="text">The text.</param>
    public void AppendLiteral(string text) => _text.Append(text);

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
                _text.Append(html._text);
                break;
            case string text:
                Escape(text);
                break;
            case IFormattable formattable:
                Escape(formattable.ToString(format, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case IEnumerable list:
                foreach (var item in list)
                {
                    AppendFormatted(item, format);
                }
                break;
            default:
                Escape(value.ToString());
                break;
        }
    }

    /// <summary>The piece as text.</summary>
    public override string ToString() => _text.ToString();

    private void Escape(string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _text.Append(HtmlEncoder.Default.Encode(text));
        }
    }
}

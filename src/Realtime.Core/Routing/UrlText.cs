using System.Buffers;
using System.Text;

namespace Realtime.Routing;

/// <summary>Percent-encodes the parts of an address (RFC 3986), and no more of them than must be.</summary>
internal static class UrlText
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private static readonly SearchValues<char> InSegment = SearchValues.Create(Unreserved + "!$&'()*+,;=:@");
    private static readonly SearchValues<char> InFragment = SearchValues.Create(Unreserved + "!$&'()*+,;=:@/?");
    private static readonly SearchValues<char> InQuery = SearchValues.Create(Unreserved + "!$'()*,;:@/?");

    /// <summary>A segment of a path: slashes are encoded.</summary>
    public static string Segment(string text) => Encode(text, InSegment);

    /// <summary>A name or a value of a query.</summary>
    public static string Query(string text) => Encode(text, InQuery);

    /// <summary>A fragment, without its number sign.</summary>
    public static string Fragment(string text) => Encode(text, InFragment);

    private static string Encode(string text, SearchValues<char> allowed)
    {
        if (!text.AsSpan().ContainsAnyExcept(allowed))
        {
            return text;
        }
        var encoded = new StringBuilder(text.Length + 16);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp && allowed.Contains((char)rune.Value))
            {
                encoded.Append((char)rune.Value);
                continue;
            }
            foreach (var one in bytes[..rune.EncodeToUtf8(bytes)])
            {
                encoded.Append('%').Append(one.ToString("X2"));
            }
        }
        return encoded.ToString();
    }
}

using System.Text;

namespace Realtime.Http;

/// <summary>Makes an address fit for a header field: what is no ASCII, and what would end the field, is percent-encoded.</summary>
internal static class LocationText
{
    public static string Of(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        foreach (var letter in location)
        {
            if (!IsSafe(letter))
            {
                return Encode(location);
            }
        }
        return location;
    }

    private static bool IsSafe(char letter) => letter is > ' ' and < '\u007f' and not ('"' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}');

    private static string Encode(string location)
    {
        var text = new StringBuilder(location.Length + 16);
        foreach (var rune in location.EnumerateRunes())
        {
            if (rune.IsAscii && IsSafe((char)rune.Value))
            {
                text.Append((char)rune.Value);
            }
            else
            {
                text.Append(Uri.EscapeDataString(rune.ToString()));
            }
        }
        return text.ToString();
    }
}

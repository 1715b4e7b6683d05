using Microsoft.Extensions.Primitives;

namespace Realtime.Hosting;

/// <summary>Makes one text of equal ones: thousands of connections come with the same header fields. It remembers them, so nothing secret belongs here.</summary>
internal static class SharedText
{
    private const int MostLength = 256;

    // The newest of those that share a place: bounded, and right whatever is in it.
    private static readonly string?[] Recent = new string?[1024];

    public static string Of(string text)
    {
        if (text.Length is 0 or > MostLength)
        {
            return text;
        }
        ref var place = ref Recent[(uint)text.GetHashCode(StringComparison.Ordinal) % (uint)Recent.Length];
        if (place is { } known && string.Equals(known, text, StringComparison.Ordinal))
        {
            return known;
        }
        return place = text;
    }

    /// <summary>As for one text; several are left as they are.</summary>
    public static StringValues Of(StringValues values) => values is [{ } text] ? Of(text) : values;
}

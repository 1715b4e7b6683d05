using Realtime.Routing;

namespace Realtime.Sockets;

/// <summary>One part of a topic's pattern: a literal, or a capture with the type of what it takes.</summary>
/// <param name="Text">The literal, or the capture's name.</param>
/// <param name="Converter">The capture's type; null for a literal.</param>
internal readonly record struct TopicPart(string Text, PathConverter? Converter)
{
    private const string AnyText = "string";

    public bool IsCapture => Converter is not null;

    /// <summary>What it matches, whatever the capture is called.</summary>
    public string Shape => Converter is null ? Text : $"{{:{Converter.Name}}}";

    /// <summary>0 for the most specific kind of part.</summary>
    public int Rank => Converter is null ? 0 : Converter.Name == AnyText ? 2 : 1;

    /// <summary>Splits a pattern at its colons, but not at the one within a capture.</summary>
    public static List<string> Split(string pattern)
    {
        var parts = new List<string>();
        var (start, isCapture) = (0, false);
        for (var index = 0; index < pattern.Length; index++)
        {
            isCapture = pattern[index] switch { '{' => true, '}' => false, _ => isCapture };
            if (pattern[index] == ':' && !isCapture)
            {
                parts.Add(pattern[start..index]);
                start = index + 1;
            }
        }
        parts.Add(pattern[start..]);
        return parts;
    }

    /// <summary>Reads a part.</summary>
    /// <exception cref="ArgumentException">It is malformed; the message says how.</exception>
    public static TopicPart Parse(string pattern, string part)
    {
        if (part.Length == 0)
        {
            throw new ArgumentException($"The topic pattern '{pattern}' has an empty part: write room:{{name}}.", nameof(pattern));
        }
        if (part is "*")
        {
            throw new ArgumentException($"The topic pattern '{pattern}' has the part '*', which belongs to wildcards: write a capture, such as {{name}}.", nameof(pattern));
        }
        if (part.AsSpan().IndexOfAny('{', '}') < 0)
        {
            return new TopicPart(part, null);
        }
        if (part is not ['{', .. var inner, '}'] || inner.Length == 0 || inner.AsSpan().IndexOfAny('{', '}') >= 0)
        {
            throw new ArgumentException($"The topic pattern '{pattern}' has the part '{part}': a part is a literal or one capture in braces.", nameof(pattern));
        }
        var (name, type) = inner.Split(':', 2) is [var first, var second] ? (first, second) : (inner, AnyText);
        if (name.Length == 0)
        {
            throw new ArgumentException($"The topic pattern '{pattern}' has the part '{part}', whose capture has no name.", nameof(pattern));
        }
        return new TopicPart(name, Find(type) ?? throw new ArgumentException(
            $"The topic pattern '{pattern}' asks for the unknown type '{type}' in '{part}': use one of {string.Join(", ", Types.Select(static one => one.Name))}.",
            nameof(pattern)));
    }

    /// <summary>Whether this part of a name fits.</summary>
    public bool Matches(ReadOnlySpan<char> part) =>
        Converter is null ? part.SequenceEqual(Text) : !part.IsEmpty && part is not "*" && Converter.Matches(part);

    // What takes the rest of a path has no meaning here: a part ends at its colon.
    private static IEnumerable<PathConverter> Types => PathConverter.All.Where(static converter => converter.Name != "path");

    private static PathConverter? Find(string type) => Types.FirstOrDefault(converter => converter.Name == type);
}

namespace Realtime.Sockets;

/// <summary>
/// The pattern of a topic's names: parts between colons, each a literal or a capture in braces. <c>room:{name}</c> matches
/// <c>room:lobby</c>, with the name <c>lobby</c>. A capture is never empty and holds no colon.
/// </summary>
internal sealed class TopicPattern
{
    private readonly (string Text, bool IsCapture)[] _parts;

    private TopicPattern(string text, (string Text, bool IsCapture)[] parts)
    {
        Text = text;
        _parts = parts;
        Captures = [.. parts.Where(static part => part.IsCapture).Select(static part => part.Text)];
        // Two patterns with the same shape match the same names, whatever their captures are called.
        Shape = string.Join(':', parts.Select(static part => part.IsCapture ? "{}" : part.Text));
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>What it matches: equal for patterns that differ only in the names of their captures.</summary>
    public string Shape { get; }

    /// <summary>The names of the captures, in order.</summary>
    public IReadOnlyList<string> Captures { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">It is malformed; the message says how.</exception>
    public static TopicPattern Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        var parts = Array.ConvertAll(text.Split(':'), part => ParsePart(text, part));
        var twice = parts.Where(static part => part.IsCapture).GroupBy(static part => part.Text, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1);
        return twice is null
            ? new TopicPattern(text, parts)
            : throw new ArgumentException($"The topic pattern '{text}' captures '{twice.Key}' twice.", nameof(text));
    }

    /// <summary>Matches a name.</summary>
    /// <returns>The captured values in order, or null where the name does not match.</returns>
    public string[]? Match(string name)
    {
        var values = Captures.Count == 0 ? [] : new string[Captures.Count];
        var rest = name.AsSpan();
        var captured = 0;
        for (var index = 0; index < _parts.Length; index++)
        {
            var end = rest.IndexOf(':');
            if (end < 0 != (index == _parts.Length - 1))
            {
                return null;
            }
            var part = end < 0 ? rest : rest[..end];
            if (_parts[index].IsCapture)
            {
                if (part.IsEmpty)
                {
                    return null;
                }
                values[captured++] = part.ToString();
            }
            else if (!part.SequenceEqual(_parts[index].Text))
            {
                return null;
            }
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return values;
    }

    /// <summary>Sorts the more specific first: at the first difference a literal goes before a capture.</summary>
    public static int BySpecificity(TopicPattern one, TopicPattern other)
    {
        for (var index = 0; index < Math.Min(one._parts.Length, other._parts.Length); index++)
        {
            var order = one._parts[index].IsCapture.CompareTo(other._parts[index].IsCapture);
            if (order != 0)
            {
                return order;
            }
        }
        return one._parts.Length.CompareTo(other._parts.Length);
    }

    private static (string Text, bool IsCapture) ParsePart(string pattern, string part)
    {
        if (part.Length == 0)
        {
            throw new ArgumentException($"The topic pattern '{pattern}' has an empty part: write room:{{name}}.", nameof(pattern));
        }
        if (part is ['{', .. var name, '}'] && name.Length > 0 && name.AsSpan().IndexOfAny('{', '}') < 0)
        {
            return (name, true);
        }
        return part.AsSpan().IndexOfAny('{', '}') < 0
            ? (part, false)
            : throw new ArgumentException(
                $"The topic pattern '{pattern}' has the part '{part}': a part is a literal or one capture in braces; the type of a capture is its handler's parameter's.",
                nameof(pattern));
    }
}

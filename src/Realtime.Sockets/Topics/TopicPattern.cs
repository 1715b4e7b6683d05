namespace Realtime.Sockets;

/// <summary>
/// The pattern of a topic's names: parts between colons, each a literal or a capture in braces. <c>room:{name}</c> matches
/// <c>room:lobby</c>, with the name <c>lobby</c>; <c>room:{id:int}</c> only what is a number. A capture is never empty, holds no colon, and is no <c>*</c>.
/// </summary>
internal sealed class TopicPattern
{
    private readonly TopicPart[] _parts;

    private TopicPattern(string text, TopicPart[] parts)
    {
        Text = text;
        _parts = parts;
        Captures = [.. parts.Where(static part => part.IsCapture).Select(static part => part.Text)];
        // Two patterns with the same shape match the same names, whatever their captures are called.
        Shape = string.Join(':', parts.Select(static part => part.Shape));
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>What it matches: equal for patterns that differ only in the names of their captures.</summary>
    public string Shape { get; }

    /// <summary>The names of the captures, in order.</summary>
    public IReadOnlyList<string> Captures { get; }

    /// <summary>The pattern with captures that say only their names: <c>room:{id}</c>.</summary>
    public string Address => string.Join(':', _parts.Select(static part => part.IsCapture ? $"{{{part.Text}}}" : part.Text));

    /// <summary>The captures with the names of their types.</summary>
    public IEnumerable<(string Name, string Type)> CaptureTypes =>
        _parts.Where(static part => part.IsCapture).Select(static part => (part.Text, part.Converter!.Name));

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">It is malformed; the message says how.</exception>
    public static TopicPattern Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        var parts = TopicPart.Split(text).ConvertAll(part => TopicPart.Parse(text, part)).ToArray();
        var twice = parts.Where(static part => part.IsCapture).GroupBy(static part => part.Text, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1);
        return twice is null
            ? new TopicPattern(text, parts)
            : throw new ArgumentException($"The topic pattern '{text}' captures '{twice.Key}' twice.", nameof(text));
    }

    /// <summary>Matches a topic's name.</summary>
    /// <returns>The captured values in order, or null where the name does not match.</returns>
    public string[]? Match(string name) => IsMatch(name, isWildcard: false) ? Capture(name) : null;

    /// <summary>Matches a wildcard: whether topics of this pattern can be among those that it names.</summary>
    /// <returns>The parts at the places of the captures in order, <c>*</c> among them, or null where no topic of this pattern can be meant.</returns>
    public string[]? MatchWildcard(string wildcard) => IsMatch(wildcard, isWildcard: true) ? Capture(wildcard) : null;

    /// <summary>Whether it matches a topic's name.</summary>
    public bool IsMatch(string name) => IsMatch(name, isWildcard: false);

    /// <summary>Sorts the more specific first: at the first difference a literal goes before a capture with a type, and that before one without.</summary>
    public static int BySpecificity(TopicPattern one, TopicPattern other)
    {
        for (var index = 0; index < Math.Min(one._parts.Length, other._parts.Length); index++)
        {
            var order = one._parts[index].Rank.CompareTo(other._parts[index].Rank);
            if (order != 0)
            {
                return order;
            }
        }
        return one._parts.Length.CompareTo(other._parts.Length);
    }

    private bool IsMatch(ReadOnlySpan<char> name, bool isWildcard)
    {
        for (var index = 0; index < _parts.Length; index++)
        {
            var end = name.IndexOf(':');
            if (end < 0 != (index == _parts.Length - 1))
            {
                return false;
            }
            var part = end < 0 ? name : name[..end];
            if (!(isWildcard && part is "*") && !_parts[index].Matches(part))
            {
                return false;
            }
            name = end < 0 ? default : name[(end + 1)..];
        }
        return true;
    }

    private string[] Capture(string name)
    {
        if (Captures.Count == 0)
        {
            return [];
        }
        var parts = name.Split(':');
        var values = new string[Captures.Count];
        var captured = 0;
        for (var index = 0; index < parts.Length; index++)
        {
            if (_parts[index].IsCapture)
            {
                values[captured++] = parts[index];
            }
        }
        return values;
    }
}

namespace Realtime.Routing;

/// <summary>One piece of a <see cref="PathPattern"/> between two slashes: a literal, a parameter with its type, or several of both.</summary>
/// <param name="Text">The literal's text, or the parameter's name; for a mixed segment the whole as it was written.</param>
/// <param name="Converter">The parameter's type; null for a literal and for a mixed segment.</param>
public sealed record PathSegment(string Text, PathConverter? Converter)
{
    private const int LongestMixed = 256;

    /// <summary>Whether this is a parameter.</summary>
    public bool IsParameter => Converter is not null;

    /// <summary>Whether the path may end before this parameter: <c>{id:int?}</c>.</summary>
    public bool IsOptional { get; init; }

    /// <summary>The literals and parameters of a mixed segment, such as <c>{name}.json</c>, in order; empty for any other.</summary>
    public IReadOnlyList<PathSegment> Parts { get; init; } = [];

    /// <summary>Whether this takes the rest of the path, or all up to what follows it.</summary>
    internal bool IsRest => Converter is RestPathConverter or LimitedPathConverter { Inner: RestPathConverter };

    /// <summary>Whether this is a parameter that takes any text.</summary>
    internal bool IsText => Converter is TextPathConverter;

    internal bool IsMixed => Parts.Count > 0;

    /// <summary>The parameters within, itself included.</summary>
    internal IEnumerable<PathSegment> Parameters => IsParameter ? [this] : Parts.Where(static part => part.IsParameter);

    /// <summary>What it matches, whatever its parameters are called.</summary>
    internal string Shape => Converter is { } type ? $"{{:{type.Name}}}" : IsMixed ? string.Concat(Parts.Select(static part => part.Shape)) : Text;

    /// <summary>Finds the places of the parameters of a mixed segment in a text.</summary>
    /// <param name="text">The whole path.</param>
    /// <param name="start">Where the segment begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="captures">Where the places go, one for each parameter.</param>
    internal bool Matches(ReadOnlySpan<char> text, int start, int end, Span<(int Start, int Length)> captures) =>
        // Every place is tried for every parameter, so that a long text would take long.
        (end - start <= LongestMixed || Parts.Count(static part => part.IsParameter) == 1) && Matches(0, text, start, end, captures);

    private bool Matches(int index, ReadOnlySpan<char> text, int start, int end, Span<(int Start, int Length)> captures)
    {
        if (index == Parts.Count)
        {
            return start == end;
        }
        var part = Parts[index];
        if (part.Converter is not { } converter)
        {
            return text[start..end].StartsWith(part.Text, StringComparison.Ordinal) && Matches(index + 1, text, start + part.Text.Length, end, captures);
        }
        if (index == Parts.Count - 1)
        {
            captures[0] = (start, end - start);
            return end > start && converter.Matches(text[start..end]);
        }
        // As much as can be, as people read names: the extension of a.tar.gz is gz. Two parameters always have text between them.
        var next = Parts[index + 1].Text;
        var room = end;
        while (room > start && text[(start + 1)..room].LastIndexOf(next, StringComparison.Ordinal) is >= 0 and var found)
        {
            var stop = start + 1 + found;
            if (converter.Matches(text[start..stop]))
            {
                captures[0] = (start, stop - start);
                if (Matches(index + 1, text, stop, end, captures[1..]))
                {
                    return true;
                }
            }
            room = stop + next.Length - 1;
        }
        return false;
    }
}

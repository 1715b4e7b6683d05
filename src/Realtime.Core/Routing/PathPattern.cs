namespace Realtime.Routing;

/// <summary>A parsed path pattern: literals, <c>{name}</c>, <c>{id:int}</c>, and at its end <c>{file:path}</c>.</summary>
/// <remarks>Literals match with regard to case. A slash at the end makes no difference, in a pattern or in a path.</remarks>
public sealed class PathPattern
{
    private PathPattern(string text, PathSegment[] segments)
    {
        Text = text;
        Segments = segments;
        Parameters = [.. segments.Where(static segment => segment.IsParameter).Select(static segment => segment.Text)];
        Shape = "/" + string.Join('/', segments.Select(static segment => segment.Converter is { } type ? $"{{:{type.Name}}}" : segment.Text));
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>Its segments, in order; none for <c>/</c>.</summary>
    public IReadOnlyList<PathSegment> Segments { get; }

    /// <summary>The parameters' names, in order.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>The pattern <c>/</c>.</summary>
    internal static PathPattern Root { get; } = Parse("/");

    /// <summary>The pattern without its parameters' names: two patterns of one shape match the same paths.</summary>
    internal string Shape { get; }

    /// <summary>Whether it has no parameters, so that it matches exactly one path.</summary>
    internal bool IsLiteral => Parameters.Count == 0;

    /// <summary>Parses a pattern.</summary>
    /// <param name="text">The pattern, beginning with a slash.</param>
    /// <exception cref="ArgumentException">The pattern is malformed; the message says where and what to do.</exception>
    public static PathPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith('/'))
        {
            throw new ArgumentException($"The path '{text}' must begin with a slash: '/{text}'.", nameof(text));
        }
        var pieces = text[1..].TrimEnd('/') is { Length: > 0 } inner ? inner.Split('/') : [];
        var segments = Array.ConvertAll(pieces, piece => ParseSegment(piece, text));
        var rest = Array.FindIndex(segments, static segment => segment.IsRest);
        if (rest >= 0 && rest < segments.Length - 1)
        {
            throw new ArgumentException($"The path '{text}' goes on behind '{pieces[rest]}', which takes all that is left: move it to the end.", nameof(text));
        }
        var pattern = new PathPattern(text, segments);
        if (pattern.Parameters.GroupBy(static name => name).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"The path '{text}' has two parameters named '{twice.Key}': rename one.", nameof(text));
        }
        return pattern;
    }

    /// <summary>Where a parameter stands among the parameters, or -1 where there is none of that name.</summary>
    /// <param name="name">The parameter's name, matched without regard to case.</param>
    public int IndexOf(string name)
    {
        for (var index = 0; index < Parameters.Count; index++)
        {
            if (string.Equals(Parameters[index], name, StringComparison.OrdinalIgnoreCase))
            {
                return index;
            }
        }
        return -1;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static PathSegment ParseSegment(string piece, string text)
    {
        if (piece.Length == 0)
        {
            throw new ArgumentException($"The path '{text}' has an empty segment: remove one of the two slashes.", nameof(text));
        }
        if (!piece.AsSpan().ContainsAny('{', '}'))
        {
            return piece.AsSpan().ContainsAny('?', '#')
                ? throw new ArgumentException($"The path '{text}' has a '?' or '#' in '{piece}': a route is chosen by its path alone.", nameof(text))
                : new PathSegment(piece, null);
        }
        if (piece[0] != '{' || piece[^1] != '}' || piece.AsSpan(1, piece.Length - 2).ContainsAny('{', '}'))
        {
            throw new ArgumentException($"The path '{text}' mixes text and a parameter in '{piece}': a segment is a literal or one {{parameter}}.", nameof(text));
        }
        var (name, type) = piece[1..^1].Split(':', 2) is [var first, var second] ? (first, second) : (piece[1..^1], "string");
        if (name.Length == 0 || !name.All(static letter => char.IsLetterOrDigit(letter) || letter == '_'))
        {
            throw new ArgumentException($"The path '{text}' has the parameter '{piece}', whose name must be made of letters, digits and underscores.", nameof(text));
        }
        var converter = PathConverter.Find(type)
            ?? throw new ArgumentException($"The path '{text}' asks for the unknown type '{type}' in '{piece}': use one of {PathConverter.Names}.", nameof(text));
        return new PathSegment(name, converter);
    }
}

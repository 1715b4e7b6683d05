namespace Realtime.Routing;

/// <summary>
/// A parsed path pattern: literals, <c>{name}</c>, <c>{id:int}</c>, <c>{name:length(1,20)}</c>, <c>{file:path}</c>, at its end <c>{id:int?}</c>, and mixed segments such as
/// <c>{name}.json</c>.
/// </summary>
/// <remarks>Literals match with regard to case, and are written as a person reads them: <c>/café</c>.</remarks>
public sealed class PathPattern
{
    private PathPattern(string text, PathSegment[] segments, HostPattern? host, bool isAnySlash)
    {
        Text = text;
        Segments = segments;
        Host = host;
        ParameterSegments = [.. host?.Labels.Where(static label => label.IsParameter) ?? [], .. segments.SelectMany(static segment => segment.Parameters)];
        Parameters = [.. ParameterSegments.Select(static segment => segment.Text)];
        Shape = "/" + string.Join('/', segments.Select(static segment => segment.Shape));
        Slash = segments is [] or [.., { IsRest: true }] || isAnySlash ? SlashEnd.Any : text.EndsWith('/') ? SlashEnd.Yes : SlashEnd.No;
    }

    /// <summary>The pattern as it was written, below its blueprint's prefix where it has one.</summary>
    public string Text { get; }

    /// <summary>Its segments, in order; none for <c>/</c>.</summary>
    public IReadOnlyList<PathSegment> Segments { get; }

    /// <summary>The parameters' names, in order, those of the host first.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>The host that requests must ask for, or null for any.</summary>
    internal HostPattern? Host { get; }

    /// <summary>The parameters themselves, in order, those of the host first.</summary>
    internal IReadOnlyList<PathSegment> ParameterSegments { get; }

    /// <summary>The pattern <c>/</c>.</summary>
    internal static PathPattern Root { get; } = Parse("/");

    /// <summary>The pattern without its parameters' names: two patterns of one shape match the same paths.</summary>
    internal string Shape { get; }

    /// <summary>Whether a path of it ends in a slash.</summary>
    internal SlashEnd Slash { get; }

    /// <summary>Whether its path has no parameters, so that it matches exactly one.</summary>
    internal bool IsLiteral => Segments.All(static segment => !segment.IsParameter && !segment.IsMixed);

    /// <summary>Whether the path may end before its last parameter.</summary>
    internal bool HasOptional => Segments is [.., { IsOptional: true }];

    /// <summary>Parses a pattern of the types that every app has.</summary>
    /// <param name="text">The pattern, beginning with a slash.</param>
    /// <exception cref="ArgumentException">The pattern is malformed; the message says where and what to do.</exception>
    public static PathPattern Parse(string text) => Parse(text, PathTypes.Common);

    /// <summary>Parses a pattern.</summary>
    /// <param name="text">The pattern, beginning with a slash.</param>
    /// <param name="types">The types there are.</param>
    /// <param name="host">The host that requests must ask for; null for any.</param>
    /// <param name="isAnySlash">Whether a slash at the end of a path makes no difference.</param>
    /// <exception cref="ArgumentException">The pattern is malformed; the message says where and what to do.</exception>
    internal static PathPattern Parse(string text, PathTypes types, HostPattern? host = null, bool isAnySlash = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith('/'))
        {
            throw new ArgumentException($"The path '{text}' must begin with a slash: '/{text}'.", nameof(text));
        }
        var segments = new PathReader(text, "path", '/', types).Read(1, text.EndsWith('/') ? text.Length - 1 : text.Length);
        if (segments.Length == 0 && text.Length > 1)
        {
            throw new ArgumentException($"The path '{text}' has an empty segment: remove one of the two slashes.", nameof(text));
        }
        for (var index = 0; index < segments.Length - 1; index++)
        {
            if (segments[index].IsOptional)
            {
                throw new ArgumentException($"The path '{text}' goes on behind '{segments[index].Text}', which may be missing: only the last parameter can be optional.", nameof(text));
            }
        }
        if (segments.Count(static segment => segment.IsRest) > 1)
        {
            throw new ArgumentException($"The path '{text}' has two parameters that take any number of segments: nothing could tell where one ends and the other begins.", nameof(text));
        }
        if (Array.Find(segments, static segment => segment.Text is "." or "..") is { } dots)
        {
            throw new ArgumentException($"The path '{text}' has the segment '{dots.Text}', which no client sends: it is worked out before.", nameof(text));
        }
        var pattern = new PathPattern(text, segments, host, isAnySlash);
        if (pattern.Parameters.GroupBy(static name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static group => group.Count() > 1) is { } twice)
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

    /// <summary>The type of a parameter; null where there is none of that name.</summary>
    /// <param name="name">The parameter's name, matched without regard to case.</param>
    public PathConverter? ConverterOf(string name) => IndexOf(name) is >= 0 and var index ? ParameterSegments[index].Converter : null;

    /// <inheritdoc/>
    public override string ToString() => Host is null ? Text : $"{Host}{Text}";
}

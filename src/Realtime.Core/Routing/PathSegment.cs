namespace Realtime.Routing;

/// <summary>One piece of a <see cref="PathPattern"/>: a literal, or a parameter with its type.</summary>
/// <param name="Text">The literal's text, or the parameter's name.</param>
/// <param name="Converter">The parameter's type; null for a literal.</param>
public sealed record PathSegment(string Text, PathConverter? Converter)
{
    /// <summary>Whether this is a parameter.</summary>
    public bool IsParameter => Converter is not null;

    /// <summary>Whether this takes the rest of the path.</summary>
    internal bool IsRest => ReferenceEquals(Converter, PathConverter.Rest);
}

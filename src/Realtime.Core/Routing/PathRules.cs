namespace Realtime.Routing;

/// <summary>What is known about a path parameter's values, for documents such as OpenAPI's.</summary>
public sealed record PathRules
{
    internal static PathRules AnyText { get; } = new();

    /// <summary>What the text stands for: <see cref="string"/>, <see cref="int"/>, <see cref="Guid"/>.</summary>
    public Type ValueType { get; init; } = typeof(string);

    /// <summary>The smallest number, or null.</summary>
    public decimal? Minimum { get; init; }

    /// <summary>The greatest number, or null.</summary>
    public decimal? Maximum { get; init; }

    /// <summary>The fewest characters, or null.</summary>
    public int? MinLength { get; init; }

    /// <summary>The most characters, or null.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The regular expression that the whole text matches, or null.</summary>
    public string? Pattern { get; init; }

    /// <summary>The only values there are, or null.</summary>
    public IReadOnlyList<string>? Choices { get; init; }
}

namespace Realtime.Routing;

/// <summary>The types that a pattern can name: those that every app has, and an app's own.</summary>
/// <param name="isComplete">Whether there are no others. A blueprint learns of its app's only when it is registered.</param>
internal sealed class PathTypes(bool isComplete)
{
    private readonly Dictionary<string, PathConverter> _own = new(StringComparer.Ordinal);

    /// <summary>Those that every app has, and no others.</summary>
    public static PathTypes Common { get; } = new(isComplete: true);

    /// <summary>Those that every app has; others are taken on trust.</summary>
    public static PathTypes Open { get; } = new(isComplete: false);

    /// <summary>Names that have a meaning between the parentheses of a pattern.</summary>
    public static readonly IReadOnlyList<string> Reserved = ["any", "regex", "min", "max", "range", "length", "minlength", "maxlength"];

    /// <summary>The known names, for an error message.</summary>
    public string Names => string.Join(", ", PathConverter.All.Select(static converter => converter.Name).Concat(_own.Keys).Append("any(…)").Append("regex(…)").Order(StringComparer.Ordinal));

    /// <summary>Adds a type of the app's own.</summary>
    /// <exception cref="ArgumentException">The name is taken or cannot be written in a pattern.</exception>
    public void Add(PathConverter converter)
    {
        var name = converter.Name;
        if (name.Length == 0 || !name.All(static letter => char.IsLetterOrDigit(letter) || letter is '_' or '-'))
        {
            throw new ArgumentException($"A type of path parameters cannot be named '{name}': use letters, digits, dashes and underscores.", nameof(converter));
        }
        if (PathConverter.Find(name) is not null || Reserved.Contains(name, StringComparer.Ordinal) || !_own.TryAdd(name, converter))
        {
            throw new ArgumentException($"There is a type of path parameters named '{name}' already: choose another name.", nameof(converter));
        }
    }

    /// <summary>Finds a type; null where there is none.</summary>
    public PathConverter? Find(string name) => PathConverter.Find(name) ?? _own.GetValueOrDefault(name) ?? (isComplete ? null : new UnknownPathConverter(name));
}

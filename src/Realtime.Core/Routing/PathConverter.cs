namespace Realtime.Routing;

/// <summary>The type of a path parameter: which text a <c>{name:type}</c> takes.</summary>
/// <remarks>A converter decides whether a route matches; turning the text into a handler's parameter is binding's work.</remarks>
public abstract class PathConverter
{
    /// <summary>The name behind the colon in a pattern: <c>int</c> in <c>{id:int}</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Tells whether the text is of this type. The text is never empty and is percent-decoded.</summary>
    /// <param name="text">One segment of a path, or the rest of it for <c>path</c>.</param>
    public abstract bool Matches(ReadOnlySpan<char> text);

    /// <summary>Any segment: the type of a parameter without one.</summary>
    internal static PathConverter Text { get; } = new TextPathConverter();

    /// <summary>The rest of the path, slashes and all.</summary>
    internal static PathConverter Rest { get; } = new RestPathConverter();

    /// <summary>All converters there are.</summary>
    public static IReadOnlyList<PathConverter> All { get; } = [Text, new Int32PathConverter(), Rest];

    /// <summary>Finds a converter by its name.</summary>
    internal static PathConverter? Find(string name) => All.FirstOrDefault(converter => converter.Name == name);

    /// <summary>The known names, for an error message.</summary>
    internal static string Names => string.Join(", ", All.Select(static converter => converter.Name).Order(StringComparer.Ordinal));

    private sealed class TextPathConverter : PathConverter
    {
        public override string Name => "string";

        public override bool Matches(ReadOnlySpan<char> text) => true;
    }

    private sealed class Int32PathConverter : PathConverter
    {
        public override string Name => "int";

        public override bool Matches(ReadOnlySpan<char> text) =>
            int.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out _);
    }

    private sealed class RestPathConverter : PathConverter
    {
        public override string Name => "path";

        public override bool Matches(ReadOnlySpan<char> text) => true;
    }
}

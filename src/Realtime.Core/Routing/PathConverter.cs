using System.Globalization;

namespace Realtime.Routing;

/// <summary>The type of a path parameter: which text a <c>{name:type}</c> takes, and how a value becomes that text again.</summary>
/// <remarks>A converter decides whether a route matches; a <see cref="PathConverter{T}"/> also makes the value that the handler gets.</remarks>
public abstract class PathConverter
{
    /// <summary>The name behind the colon in a pattern: <c>int</c> in <c>{id:int}</c>, with its limits: <c>int:min(1)</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What documents say about the values.</summary>
    public virtual PathRules Rules => PathRules.AnyText;

    /// <summary>Tells whether the text is of this type. The text is never empty and is percent-decoded.</summary>
    /// <param name="text">One segment of a path, or the rest of it for <c>path</c>.</param>
    public abstract bool Matches(ReadOnlySpan<char> text);

    /// <summary>Writes a value as it stands in a path, before it is percent-encoded. The text is then asked about with <see cref="Matches"/>.</summary>
    /// <param name="value">The value, as it was given to <c>UrlFor</c>.</param>
    public virtual string Build(object value) => TextOf(value);

    /// <summary>Any segment: the type of a parameter without one.</summary>
    internal static PathConverter Text { get; } = new TextPathConverter();

    /// <summary>The rest of the path, slashes and all.</summary>
    internal static PathConverter Rest { get; } = new RestPathConverter();

    /// <summary>
    /// The converters that every app has and that take no arguments: <c>string</c>, <c>int</c>, <c>long</c>, <c>decimal</c>, <c>bool</c>, <c>guid</c>, <c>date</c>, <c>path</c>.
    /// </summary>
    public static IReadOnlyList<PathConverter> All { get; } =
    [
        Text,
        new SpanPathConverter<int>("int", 4, static (text, out value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)),
        new SpanPathConverter<long>("long", 5, static (text, out value) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)),
        new SpanPathConverter<decimal>("decimal", 6, static (text, out value) => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)),
        new SpanPathConverter<bool>("bool", 1, static (text, out value) => bool.TryParse(text, out value)),
        new SpanPathConverter<Guid>("guid", 3, static (text, out value) => Guid.TryParseExact(text, "D", out value) || Guid.TryParseExact(text, "N", out value)),
        new DatePathConverter(),
        Rest,
    ];

    /// <summary>The more specific goes first where several match the same text: 0 is the most specific.</summary>
    internal virtual int Weight => 7;

    /// <summary>Finds a converter without arguments by its name.</summary>
    internal static PathConverter? Find(string name) => All.FirstOrDefault(converter => converter.Name == name);

    /// <summary>A value as text that reads the same everywhere.</summary>
    internal static string TextOf(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
        DateTime or DateTimeOffset or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        // Never 1E-05: that is another text than the one that people and patterns expect.
        double number when double.IsFinite(number) && Math.Abs(number) < 1e28 => number.ToString("0.#############################", CultureInfo.InvariantCulture),
        float number when float.IsFinite(number) && Math.Abs(number) < 1e28f => number.ToString("0.#############################", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}

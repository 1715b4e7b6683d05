using System.Globalization;
using System.Numerics;
using System.Reflection;

namespace Realtime.Binding;

/// <summary>The parser of one type, found once.</summary>
internal static class TextParser<T>
{
    public static readonly TryParse Parse = Find();

    public delegate bool TryParse(ReadOnlySpan<char> text, out T value);

    private static TryParse Find()
    {
        var type = typeof(T);
        if (type == typeof(string))
        {
            return (TryParse)(object)(TextParser<string>.TryParse)TextParsers.Text;
        }
        if (TextParsers.Own.TryGetValue(type, out var own))
        {
            return (TryParse)own;
        }
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Make(nameof(TextParsers.Nullable), inner);
        }
        if (type.IsEnum)
        {
            return Make(nameof(TextParsers.Named), type);
        }
        if (TextValue.Implements(type, typeof(ISpanParsable<>)))
        {
            return Make(nameof(TextParsers.Span), type);
        }
        if (TextValue.Implements(type, typeof(IParsable<>)))
        {
            return Make(nameof(TextParsers.Parsable), type);
        }
        throw new InvalidOperationException($"Text cannot become a {TypeName.Of(type)}: give the type IParsable<{TypeName.Of(type)}>.");
    }

    private static TryParse Make(string name, Type type) =>
        typeof(TextParsers).GetMethod(name, BindingFlags.Static | BindingFlags.Public)!.MakeGenericMethod(type).CreateDelegate<TryParse>();
}

/// <summary>The ways to parse, one for each kind of type.</summary>
internal static class TextParsers
{
    // Where the type's own parser takes more than was meant: a comma between digits, or a time of the server's own zone.
    public static readonly Dictionary<Type, Delegate> Own = new()
    {
        [typeof(bool)] = (TextParser<bool>.TryParse)Flag,
        [typeof(double)] = (TextParser<double>.TryParse)Number,
        [typeof(float)] = (TextParser<float>.TryParse)Number,
        [typeof(decimal)] = (TextParser<decimal>.TryParse)Number,
        [typeof(DateTime)] = (TextParser<DateTime>.TryParse)Time,
        [typeof(DateTimeOffset)] = (TextParser<DateTimeOffset>.TryParse)Moment,
    };

    public static bool Text(ReadOnlySpan<char> text, out string value)
    {
        value = text.ToString();
        return true;
    }

    public static bool Nullable<T>(ReadOnlySpan<char> text, out T? value)
        where T : struct
    {
        value = null;
        if (text.IsEmpty)
        {
            return true;
        }
        if (!TextParser<T>.Parse(text, out var inner))
        {
            return false;
        }
        value = inner;
        return true;
    }

    // Names only: a number that no name stands for would pass for a value.
    public static bool Named<T>(ReadOnlySpan<char> text, out T value)
        where T : struct, Enum
    {
        value = default;
        return !text.IsEmpty && char.IsLetter(text[0]) && !text.Contains(',') && Enum.TryParse(text, ignoreCase: true, out value);
    }

    public static bool Span<T>(ReadOnlySpan<char> text, out T value)
        where T : ISpanParsable<T> => T.TryParse(text, CultureInfo.InvariantCulture, out value!);

    public static bool Parsable<T>(ReadOnlySpan<char> text, out T value)
        where T : IParsable<T> => T.TryParse(text.ToString(), CultureInfo.InvariantCulture, out value!);

    // A checked box of a form says 'on'.
    private static bool Flag(ReadOnlySpan<char> text, out bool value)
    {
        value = text is "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase) || text.Equals("on", StringComparison.OrdinalIgnoreCase)
            || text.Equals("yes", StringComparison.OrdinalIgnoreCase);
        return value || text is "0" || text.Equals("false", StringComparison.OrdinalIgnoreCase) || text.Equals("off", StringComparison.OrdinalIgnoreCase)
            || text.Equals("no", StringComparison.OrdinalIgnoreCase);
    }

    private static bool Number<T>(ReadOnlySpan<char> text, out T value)
        where T : struct, INumber<T> => T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private static bool Time(ReadOnlySpan<char> text, out DateTime value) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out value);

    private static bool Moment(ReadOnlySpan<char> text, out DateTimeOffset value) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value);
}

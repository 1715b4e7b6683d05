using System.Linq.Expressions;

namespace Realtime.Binding;

/// <summary>
/// Turns text into a parameter's value: strings, enums by name, everything that is <see cref="IParsable{TSelf}"/> (numbers, <see cref="Guid"/>,
/// dates), and the nullable forms of these. Always in the invariant culture.
/// </summary>
public static class TextValue
{
    /// <summary>Tells whether text can become a value of this type.</summary>
    /// <param name="type">A parameter's type.</param>
    public static bool CanParse(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) || type.IsEnum || Implements(type, typeof(IParsable<>));
    }

    /// <summary>Parses text. Empty text is null for a nullable type that is not a string.</summary>
    /// <typeparam name="T">A type that <see cref="CanParse"/> accepts.</typeparam>
    /// <param name="text">The text.</param>
    /// <param name="value">The value, or the type's default.</param>
    /// <returns>False where the text is not of this type.</returns>
    public static bool TryParse<T>(ReadOnlySpan<char> text, out T value) => TextParser<T>.Parse(text, out value);

    /// <summary>Parses text that came from a peer.</summary>
    /// <typeparam name="T">A type that <see cref="CanParse"/> accepts.</typeparam>
    /// <param name="text">The text.</param>
    /// <param name="name">The field's name, for the error.</param>
    /// <param name="source">Where the text came from, for the error: <c>route</c>, <c>query</c>, <c>topic</c>.</param>
    /// <exception cref="BindingException">The text is not of this type.</exception>
    public static T Parse<T>(ReadOnlySpan<char> text, string name, string source) =>
        TextParser<T>.Parse(text, out var value) ? value : throw Unfit(text, typeof(T), name, source);

    /// <summary>Parses text that came from a peer; a string stays the same object.</summary>
    /// <inheritdoc cref="Parse{T}(ReadOnlySpan{char}, string, string)"/>
    public static T Parse<T>(string text, string name, string source) =>
        typeof(T) == typeof(string) ? (T)(object)text : Parse<T>(text.AsSpan(), name, source);

    /// <summary>An expression that parses text with <see cref="Parse{T}(string, string, string)"/>, for use in a <see cref="ParameterBinding{TContext}"/>.</summary>
    /// <param name="text">An expression of type <see cref="string"/>.</param>
    /// <param name="type">The value's type, one that <see cref="CanParse"/> accepts.</param>
    /// <param name="name">The field's name, for the error.</param>
    /// <param name="source">Where the text comes from, for the error.</param>
    public static Expression Parse(Expression text, Type type, string name, string source) =>
        Expression.Call(typeof(TextValue), nameof(Parse), [type], text, Expression.Constant(name), Expression.Constant(source));

    /// <summary>What a type expects, for people: <c>a whole number (int)</c>.</summary>
    /// <param name="type">A parameter's type.</param>
    public static string Expected(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
        {
            return $"one of {string.Join(", ", Enum.GetNames(type))}";
        }
        return Type.GetTypeCode(type) switch
        {
            >= TypeCode.SByte and <= TypeCode.UInt64 => $"a whole number ({TypeName.Of(type)})",
            TypeCode.Single or TypeCode.Double or TypeCode.Decimal => $"a number ({TypeName.Of(type)})",
            TypeCode.Boolean => "true or false",
            TypeCode.String => "text",
            TypeCode.Char => "one character",
            TypeCode.DateTime => "a date and time (ISO 8601)",
            _ when type == typeof(DateTimeOffset) => "a date and time (ISO 8601)",
            _ when type == typeof(DateOnly) => "a date (ISO 8601)",
            _ => $"a {TypeName.Of(type)}",
        };
    }

    internal static BindingException Unfit(ReadOnlySpan<char> text, Type type, string name, string source)
    {
        // A peer's text is shown back only in part: an error is no place for a megabyte.
        var shown = text.Length > 40 ? string.Concat(text[..40], "…") : text.ToString();
        return new BindingException(name, source, $"should be {Expected(type)}, but is '{shown}'");
    }

    internal static bool Implements(Type type, Type self) =>
        type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == self && face.GenericTypeArguments[0] == type);
}

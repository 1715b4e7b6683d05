using System.Diagnostics.CodeAnalysis;

namespace Realtime.Routing;

/// <summary>Reads a path's text as a value.</summary>
/// <typeparam name="T">The value's type.</typeparam>
/// <param name="text">The text, percent-decoded and never empty.</param>
/// <param name="value">The value.</param>
/// <returns>False where the text is none: the route does not match then.</returns>
public delegate bool PathParser<T>(ReadOnlySpan<char> text, [MaybeNullWhen(false)] out T value);

/// <summary>The type of a path parameter whose value the handler gets: register one with <c>app.Converter(…)</c>, or the two functions it is made of.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public abstract class PathConverter<T> : PathConverter
{
    /// <summary>Reads a path's text as a value; called for each request whose path leads here, perhaps more than once, so it must not wait for anything.</summary>
    /// <param name="text">The text, percent-decoded and never empty.</param>
    /// <param name="value">The value.</param>
    /// <returns>False where the text is none: the route does not match then.</returns>
    public abstract bool TryParse(ReadOnlySpan<char> text, [MaybeNullWhen(false)] out T value);

    /// <summary>Writes a value as it stands in a path, before it is percent-encoded.</summary>
    /// <param name="value">The value.</param>
    protected virtual string Build(T value) => TextOf(value!);

    /// <inheritdoc/>
    public sealed override bool Matches(ReadOnlySpan<char> text) => TryParse(text, out _);

    /// <inheritdoc/>
    public sealed override string Build(object value) => value is T typed ? Build(typed) : TextOf(value);
}

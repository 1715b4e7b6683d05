using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Realtime.Binding;

namespace Realtime;

/// <summary>A request's query values, decoded, by name. Names are matched with regard to case.</summary>
public sealed class Query : IFields
{
    private readonly Dictionary<string, StringValues> _values;

    internal Query(string text)
    {
        var values = new Dictionary<string, StringValues>(StringComparer.Ordinal);
        foreach (var pair in new QueryStringEnumerable(text))
        {
            var name = pair.DecodeName().ToString();
            values[name] = StringValues.Concat(values.GetValueOrDefault(name), pair.DecodeValue().ToString());
        }
        _values = values;
    }

    internal static Query Empty { get; } = new("");

    /// <summary>The values of a name, in order; <see cref="StringValues.Empty"/> where it is absent.</summary>
    /// <param name="name">The name.</param>
    public StringValues this[string name] => _values.GetValueOrDefault(name);

    IReadOnlyList<UploadedFile> IFields.Files => [];

    /// <summary>The names there are.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>The first value of a name, parsed.</summary>
    /// <typeparam name="T">A text type (see <see cref="TextValue.CanParse"/>).</typeparam>
    /// <param name="name">The name.</param>
    /// <exception cref="BindingException">It is missing or not of this type; unhandled it becomes a 400 that names it.</exception>
    public T Get<T>(string name) => _values.GetValueOrDefault(name) is [{ } text, ..]
        ? TextValue.Parse<T>(text, name, "query")
        : throw new BindingException(name, "query", $"is missing; it should be {TextValue.Expected(typeof(T))}");

    /// <summary>The first value of a name, parsed, or another value where it is absent.</summary>
    /// <typeparam name="T">A text type (see <see cref="TextValue.CanParse"/>).</typeparam>
    /// <param name="name">The name.</param>
    /// <param name="absent">What to give where the name is absent.</param>
    /// <exception cref="BindingException">It is there but not of this type; unhandled it becomes a 400 that names it.</exception>
    public T Get<T>(string name, T absent) =>
        _values.GetValueOrDefault(name) is [{ } text, ..] ? TextValue.Parse<T>(text, name, "query") : absent;
}

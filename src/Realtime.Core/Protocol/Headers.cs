using System.Collections;
using Microsoft.Extensions.Primitives;

namespace Realtime.Protocol;

/// <summary>
/// The header fields of a request or a response: names without regard to case, values in order (RFC 9110, section 5).
/// </summary>
public abstract class Headers : IEnumerable<KeyValuePair<string, StringValues>>
{
    /// <summary>How many distinct names there are.</summary>
    public abstract int Count { get; }

    /// <summary>
    /// The values under a name: <see cref="StringValues.Empty"/> where the field is absent. Setting replaces all values;
    /// setting <see cref="StringValues.Empty"/> removes the field.
    /// </summary>
    /// <param name="name">The field's name, in any case.</param>
    /// <exception cref="InvalidOperationException">On setting: the headers were already sent.</exception>
    public abstract StringValues this[string name] { get; set; }

    /// <summary>The <c>Content-Type</c> field, or null.</summary>
    public virtual string? ContentType
    {
        get => this["Content-Type"];
        set => this["Content-Type"] = value;
    }

    /// <summary>The <c>Content-Length</c> field in bytes, or null where it is absent.</summary>
    public abstract long? ContentLength { get; set; }

    /// <summary>Tells whether a field is present.</summary>
    /// <param name="name">The field's name, in any case.</param>
    public bool Contains(string name) => this[name].Count > 0;

    /// <summary>Adds a value behind those that the field already has.</summary>
    /// <param name="name">The field's name, in any case.</param>
    /// <param name="value">The value to add.</param>
    public void Append(string name, string value) => this[name] = StringValues.Concat(this[name], value);

    /// <summary>Removes a field.</summary>
    /// <param name="name">The field's name, in any case.</param>
    public void Remove(string name) => this[name] = StringValues.Empty;

    /// <summary>Removes every field.</summary>
    public abstract void Clear();

    /// <inheritdoc/>
    public abstract IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

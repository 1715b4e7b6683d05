using System.Collections;
using Microsoft.Extensions.Primitives;

namespace Realtime;

/// <summary>The cookies of a request, by name (RFC 6265, section 4.2).</summary>
public sealed class RequestCookies : IEnumerable<KeyValuePair<string, string>>
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    internal RequestCookies(StringValues fields)
    {
        foreach (var field in fields)
        {
            foreach (var range in field.AsSpan().Split(';'))
            {
                var cookie = field.AsSpan()[range].Trim();
                if (cookie.IndexOf('=') is > 0 and var at)
                {
                    var value = cookie[(at + 1)..].Trim();
                    value = value is ['"', .. var quoted, '"'] ? quoted : value;
                    // The first of a name counts: a client sends the cookie with the more specific path first.
                    _values.TryAdd(cookie[..at].Trim().ToString(), Uri.UnescapeDataString(value));
                }
            }
        }
    }

    /// <summary>A cookie's value, percent-decoded, or null where there is none of this name.</summary>
    /// <param name="name">The cookie's name, with regard to case.</param>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>How many there are.</summary>
    public int Count => _values.Count;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

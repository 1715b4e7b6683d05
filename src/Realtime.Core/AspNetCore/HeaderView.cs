using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Realtime.Hosting;
using Realtime.Protocol;

namespace Realtime.AspNetCore;

/// <summary>The contract's header fields as ASP.NET Core knows them.</summary>
internal sealed class HeaderView(Headers fields) : IHeaderDictionary
{
    /// <summary>The fields as a dictionary: Kestrel's own where they are Kestrel's.</summary>
    public static IHeaderDictionary Of(Headers fields) => fields is KestrelHeaders { Raw: { } raw } ? raw : new HeaderView(fields);

    public StringValues this[string key]
    {
        get => fields[key];
        set => fields[key] = value;
    }

    public long? ContentLength
    {
        get => fields.ContentLength;
        set => fields.ContentLength = value;
    }

    public int Count => fields.Count;

    public bool IsReadOnly => false;

    public ICollection<string> Keys => [.. fields.Select(static pair => pair.Key)];

    public ICollection<StringValues> Values => [.. fields.Select(static pair => pair.Value)];

    public void Add(string key, StringValues value) => fields[key] = ContainsKey(key)
        ? throw new ArgumentException($"The header {key} is there already: set it, or append to it.", nameof(key))
        : value;

    public void Add(KeyValuePair<string, StringValues> item) => Add(item.Key, item.Value);

    public bool ContainsKey(string key) => fields.Contains(key);

    public bool Contains(KeyValuePair<string, StringValues> item) => fields[item.Key] == item.Value;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out StringValues value)
    {
        value = fields[key];
        return value.Count > 0;
    }

    public bool Remove(string key)
    {
        var wasThere = ContainsKey(key);
        fields.Remove(key);
        return wasThere;
    }

    public bool Remove(KeyValuePair<string, StringValues> item) => Contains(item) && Remove(item.Key);

    public void Clear() => fields.Clear();

    public void CopyTo(KeyValuePair<string, StringValues>[] array, int arrayIndex) => fields.ToArray().CopyTo(array, arrayIndex);

    public IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() => fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

using Microsoft.Extensions.Primitives;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Header fields kept until a response is sent; few, so a list is searched faster than a table.</summary>
internal sealed class ResponseHeaders : Headers
{
    private readonly List<KeyValuePair<string, StringValues>> _fields = [];

    public override int Count => _fields.Count;

    public override long? ContentLength
    {
        get => long.TryParse(this["Content-Length"], out var length) ? length : null;
        set => this["Content-Length"] = value?.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public override StringValues this[string name]
    {
        get => Find(name) is >= 0 and var index ? _fields[index].Value : StringValues.Empty;
        set
        {
            var index = Find(name);
            if (index >= 0)
            {
                _fields.RemoveAt(index);
            }
            if (value.Count > 0)
            {
                _fields.Add(new(name, value));
            }
        }
    }

    public override void Clear() => _fields.Clear();

    public override IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() => _fields.GetEnumerator();

    private int Find(string name) => _fields.FindIndex(field => string.Equals(field.Key, name, StringComparison.OrdinalIgnoreCase));
}

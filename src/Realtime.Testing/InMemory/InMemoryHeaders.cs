using System.Globalization;
using Microsoft.Extensions.Primitives;
using Realtime.Protocol;

namespace Realtime.Testing.InMemory;

/// <summary>Header fields in a dictionary, closed when they are sent or when their request is over.</summary>
internal sealed class InMemoryHeaders : Headers
{
    private readonly Dictionary<string, StringValues> _fields = new(StringComparer.OrdinalIgnoreCase);
    private bool _isOver;

    /// <summary>Whether the fields are sent and can only be read.</summary>
    public bool IsSent { get; set; }

    public override int Count => Fields.Count;

    public override long? ContentLength
    {
        get => long.TryParse(this["Content-Length"], NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;
        set => this["Content-Length"] = value?.ToString(CultureInfo.InvariantCulture);
    }

    public override StringValues this[string name]
    {
        get => Fields.GetValueOrDefault(name);
        set
        {
            ThrowIfSent();
            if (value.Count == 0)
            {
                Fields.Remove(name);
            }
            else
            {
                Fields[name] = value;
            }
        }
    }

    public override void Clear()
    {
        ThrowIfSent();
        Fields.Clear();
    }

    public override IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() => Fields.GetEnumerator();

    /// <summary>The request is over: what was kept throws from now on.</summary>
    public void Retire() => _isOver = true;

    private Dictionary<string, StringValues> Fields
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            return _fields;
        }
    }

    private void ThrowIfSent()
    {
        if (IsSent && !_isOver)
        {
            throw new InvalidOperationException("A header was set after the response had started: set it before the first flush.");
        }
    }
}

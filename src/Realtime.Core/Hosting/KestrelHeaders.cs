using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Realtime.Protocol;

namespace Realtime.Hosting;

/// <summary>Kestrel's header fields for one request: a thin view that is closed when the request is over.</summary>
internal sealed class KestrelHeaders(IHeaderDictionary fields) : Headers
{
    private IHeaderDictionary? _fields = fields;

    private KeyValuePair<string, StringValues>[]? _kept;

    public override int Count => _kept?.Length ?? Fields.Count;

    public override string? ContentType
    {
        get => _kept is null ? Fields.ContentType : base.ContentType;
        set => this["Content-Type"] = value;
    }

    public override long? ContentLength
    {
        get => _kept is null ? Fields.ContentLength : long.TryParse(this["Content-Length"], CultureInfo.InvariantCulture, out var length) ? length : null;
        set
        {
            if (_kept is null)
            {
                Fields.ContentLength = value;
            }
            else
            {
                this["Content-Length"] = value?.ToString(CultureInfo.InvariantCulture);
            }
        }
    }

    public override StringValues this[string name]
    {
        get => _kept is null ? Fields[name] : Kept(name);
        set
        {
            if (_kept is null)
            {
                Fields[name] = value;
            }
            else
            {
                Keep(name, value);
            }
        }
    }

    public override void Clear()
    {
        if (_kept is null)
        {
            Fields.Clear();
        }
        else
        {
            _kept = [];
        }
    }

    public override IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() =>
        _kept is null ? Fields.GetEnumerator() : _kept.AsEnumerable().GetEnumerator();

    /// <summary>The fields as Kestrel has them.</summary>
    public IHeaderDictionary Raw => Fields;

    /// <summary>Kestrel is done with the request, which lives on all the same: the fields are copied.</summary>
    public void Keep()
    {
        _kept = [.. Fields.Select(static field => new KeyValuePair<string, StringValues>(SharedText.Of(field.Key), IsCommon(field.Key) ? SharedText.Of(field.Value) : field.Value))];
        _fields = null;
    }

    // Lambdas live apart: the object that one needs would be made by every call of the method it stands in.
    private StringValues Kept(string name) => Array.Find(_kept!, field => Is(field, name)).Value;

    private void Keep(string name, StringValues value) =>
        _kept = [.. _kept!.Where(field => !Is(field, name)), .. value.Count > 0 ? [new(name, value)] : Array.Empty<KeyValuePair<string, StringValues>>()];

    /// <summary>The request is over: what was kept throws from now on.</summary>
    public void Retire() => (_fields, _kept) = (null, null);

    private IHeaderDictionary Fields => _fields ?? throw new ObjectDisposedException(
        nameof(Headers), "These headers belong to a request that is over: copy what later work needs before the application returns.");

    private static bool Is(KeyValuePair<string, StringValues> field, string name) => string.Equals(field.Key, name, StringComparison.OrdinalIgnoreCase);

    // What thousands of clients say alike, and what never is a secret: it is remembered for longer than the request.
    private static bool IsCommon(string name) => name.ToUpperInvariant() is "HOST" or "CONNECTION" or "UPGRADE" or "ORIGIN" or "USER-AGENT" or "ACCEPT-ENCODING" or "ACCEPT-LANGUAGE"
        or "CACHE-CONTROL" or "PRAGMA" or "SEC-WEBSOCKET-VERSION" or "SEC-WEBSOCKET-EXTENSIONS" or "SEC-FETCH-DEST" or "SEC-FETCH-MODE" or "SEC-FETCH-SITE";
}

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Realtime.Protocol;

namespace Realtime.Hosting;

/// <summary>Kestrel's header fields for one request: a thin view that is closed when the request is over.</summary>
internal sealed class KestrelHeaders(IHeaderDictionary fields) : Headers
{
    private IHeaderDictionary? _fields = fields;

    public override int Count => Fields.Count;

    public override string? ContentType
    {
        get => Fields.ContentType;
        set => Fields.ContentType = value;
    }

    public override long? ContentLength
    {
        get => Fields.ContentLength;
        set => Fields.ContentLength = value;
    }

    public override StringValues this[string name]
    {
        get => Fields[name];
        set => Fields[name] = value;
    }

    public override void Clear() => Fields.Clear();

    public override IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() => Fields.GetEnumerator();

    /// <summary>The request is over: what was kept throws from now on.</summary>
    public void Retire() => _fields = null;

    private IHeaderDictionary Fields => _fields ?? throw new ObjectDisposedException(
        nameof(Headers), "These headers belong to a request that is over: copy what later work needs before the application returns.");
}

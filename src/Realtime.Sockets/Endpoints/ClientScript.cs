using System.Security.Cryptography;

namespace Realtime.Sockets;

/// <summary>A module of the browser's client, as it is served beside the realtime endpoint.</summary>
internal sealed class ClientScript
{
    /// <summary>The modules' names, below the endpoint's path: they import each other by these.</summary>
    public static readonly IReadOnlyList<string> Names =
        [.. typeof(ClientScript).Assembly.GetManifestResourceNames().Where(static name => name.EndsWith(".js", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private readonly byte[] _bytes;
    private readonly string _tag;

    public ClientScript(string name)
    {
        _bytes = Load(name);
        _tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(_bytes).AsSpan(0, 8))}\"";
    }

    /// <summary>Answers with the script, or with 304 where the browser has this version (RFC 9110, section 13.1.2).</summary>
    public Response Serve(Request request)
    {
        var response = Knows(request) ? Response.Status(304) : Response.Bytes(_bytes, "text/javascript; charset=utf-8");
        response.Headers["ETag"] = _tag;
        // Asked again each time, and then mostly answered with 304: a server and its pages never differ in version.
        response.Headers["Cache-Control"] = "no-cache";
        return response;
    }

    private bool Knows(Request request)
    {
        foreach (var field in request.Headers["If-None-Match"])
        {
            foreach (var tag in field.AsSpan().Split(','))
            {
                var known = field.AsSpan()[tag].Trim();
                if (known is "*" || known.EndsWith(_tag, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }
        return false;
    }

    private static byte[] Load(string name)
    {
        using var stream = typeof(ClientScript).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} of the browser's client is not in this build: clients/js was missing when it was made.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

using System.Security.Cryptography;

namespace Realtime.Sockets;

/// <summary>The browser's client, as it is served beside the realtime endpoint.</summary>
internal static class ClientScript
{
    private static readonly byte[] Bytes = Load();
    private static readonly string Tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Bytes).AsSpan(0, 8))}\"";

    /// <summary>Answers with the script, or with 304 where the browser has this version (RFC 9110, section 13.1.2).</summary>
    public static Response Serve(Request request)
    {
        var response = Knows(request) ? Response.Status(304) : Response.Bytes(Bytes, "text/javascript; charset=utf-8");
        response.Headers["ETag"] = Tag;
        // Asked again each time, and then mostly answered with 304: a server and its pages never differ in version.
        response.Headers["Cache-Control"] = "no-cache";
        return response;
    }

    private static bool Knows(Request request)
    {
        foreach (var field in request.Headers["If-None-Match"])
        {
            foreach (var tag in field.AsSpan().Split(','))
            {
                var known = field.AsSpan()[tag].Trim();
                if (known is "*" || known.EndsWith(Tag, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }
        return false;
    }

    private static byte[] Load()
    {
        using var stream = typeof(ClientScript).Assembly.GetManifestResourceStream("client.js")
            ?? throw new InvalidOperationException("The browser's client is not in this build: clients/js/realtime.js was missing when it was made.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

using System.Net;
using Microsoft.Extensions.Primitives;
using Realtime.Protocol;

namespace Realtime.Middleware;

/// <summary>Believes what trusted proxies say of a request: who sent it, by which scheme, to which host.</summary>
/// <param name="hops">How many proxies are trusted: what was said before the first of them anybody could have said.</param>
/// <param name="kind">In which fields they say it.</param>
internal sealed class ForwardedFacts(int hops, ProxyHeaders kind)
{
    public Application Wrap(Application application) => connection =>
    {
        if (connection is RequestConnection request)
        {
            if (kind == ProxyHeaders.Forwarded)
            {
                ReadForwarded(request);
            }
            else
            {
                ReadXForwarded(request);
            }
        }
        return application(connection);
    };

    private void ReadXForwarded(RequestConnection request)
    {
        var headers = request.RequestHeaders;
        // Each proxy adds whom it saw; of scheme and host the first alone knows, and those behind it pass them on or add theirs.
        SetClient(request, FromRight(headers["X-Forwarded-For"], mustHaveAll: true));
        SetScheme(request, FromRight(headers["X-Forwarded-Proto"], mustHaveAll: false));
        SetHost(request, FromRight(headers["X-Forwarded-Host"], mustHaveAll: false));
    }

    private void ReadForwarded(RequestConnection request)
    {
        if (request.RequestHeaders["Forwarded"] is not { Count: > 0 } fields || ForwardedHeader.Parse(string.Join(',', fields.ToArray())) is not { Count: > 0 } elements)
        {
            return;
        }
        var element = elements[^Math.Min(hops, elements.Count)];
        if (elements.Count >= hops)
        {
            SetClient(request, element.For);
        }
        SetScheme(request, element.Proto);
        SetHost(request, element.Host);
    }

    private static void SetClient(RequestConnection request, ReadOnlySpan<char> text)
    {
        // Names that hide an address ("unknown", "_hidden") leave the nearest that is known.
        if (!text.IsEmpty && IPEndPoint.TryParse(text, out var client))
        {
            request.Client = client;
        }
    }

    private static void SetScheme(RequestConnection request, ReadOnlySpan<char> text)
    {
        if (text.Equals("https", StringComparison.OrdinalIgnoreCase) || text.Equals("wss", StringComparison.OrdinalIgnoreCase))
        {
            request.Scheme = "https";
        }
        else if (text.Equals("http", StringComparison.OrdinalIgnoreCase) || text.Equals("ws", StringComparison.OrdinalIgnoreCase))
        {
            request.Scheme = "http";
        }
    }

    private static void SetHost(RequestConnection request, ReadOnlySpan<char> text)
    {
        if (TrustedHosts.TryName(text, out _))
        {
            request.Host = text.ToString();
        }
    }

    /// <summary>The value that the first trusted proxy saw, counted from the right; empty where there is none.</summary>
    private ReadOnlySpan<char> FromRight(StringValues fields, bool mustHaveAll)
    {
        var left = hops;
        ReadOnlySpan<char> value = default;
        for (var index = fields.Count - 1; index >= 0; index--)
        {
            var rest = fields[index].AsSpan();
            while (true)
            {
                var comma = rest.LastIndexOf(',');
                value = rest[(comma + 1)..].Trim();
                if (--left == 0)
                {
                    return value;
                }
                if (comma < 0)
                {
                    break;
                }
                rest = rest[..comma];
            }
        }
        return mustHaveAll ? default : value;
    }
}

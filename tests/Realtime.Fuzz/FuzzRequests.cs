using System.Text;

namespace Realtime.Fuzz;

/// <summary>Makes requests that nobody would send, the same ones for the same seed.</summary>
/// <param name="random">Where the choices come from.</param>
public sealed class FuzzRequests(Random random)
{
    private static readonly string[] Gets = ["/q?count=1&id=1&id=2", "/paging?size=5&tags=a&next.size=1", "/r/5/a/b", "/bytes", "/events", "/sequence", "/value?a=1", "/"];

    private static readonly string[] Posts = ["/json", "/element", "/form", "/upload", "/parts", "/text"];

    private static readonly string[] Types =
    [
        "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=edge", "application/msgpack", "multipart/form-data", "text/plain", "application/json; charset=utf-8", "",
    ];

    private static readonly string[] Fields =
    [
        "Range: bytes=0-1,5-,-3", "Range: bytes=99999999999999999999-", "If-Range: \"v1\"", "If-None-Match: W/\"v1\", *", "If-Match: \"", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
        "If-Unmodified-Since: never", "Accept: application/msgpack;q=0.1, */*;q=x", "Accept: application/x-ndjson", "Cookie: visitor=%zz; =; a=b=c; \"", "X-Number: 1e999", "Last-Event-ID: a",
        "Accept-Language: ,,,", "Expect: 100-continue", "Sec-Fetch-Site: cross-site", "Origin: null", "X-Forwarded-For: ::,::",
    ];

    private static readonly string[] Bodies =
    [
        """{"title":"Tea","lines":[{"count":1,"price":2.5}],"notes":{"a":{"count":2}},"parent":{"title":"x","lines":[]},"at":"2026-01-01T00:00:00Z"}""",
        "title=Tea&count=3&tag=a&tag=b&file=%FF%00",
        "--edge\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nTea\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nabc\r\n--edge--\r\n",
        "--edge\r\nContent-Disposition: form-data; name=\"outer\"\r\nContent-Type: multipart/mixed; boundary=inner\r\n\r\n--inner\r\nContent-Disposition: file; filename=\"x\"\r\n\r\n--edge\r\n\r\n--inner--\r\n--edge--\r\n",
        "\u0081\u00a5title\u00a3Tea",
        "",
    ];

    private bool _isWhole;

    /// <summary>One request as it goes over the wire: whole, damaged, cut short, or nothing that could be one; and whether it tells its own end.</summary>
    public (byte[] Bytes, bool IsWhole) Next()
    {
        if (random.Next(20) == 0)
        {
            return (Bytes(random.Next(1, 500)), false);
        }
        _isWhole = true;
        var body = Body();
        var head = Encoding.Latin1.GetBytes(Head(body.Length));
        byte[] whole = [.. head, .. body];
        return random.Next(10) switch
        {
            0 => (whole[..random.Next(1, whole.Length)], false),
            1 => (Damaged(whole, head.Length), _isWhole),
            _ => (whole, _isWhole),
        };
    }

    private string Head(int length)
    {
        var isGet = length == 0 && random.Next(4) > 0;
        var head = new StringBuilder();
        head.Append(isGet ? Pick("GET", "HEAD", "OPTIONS") : Pick("POST", "POST", "POST", "PUT")).Append(' ');
        head.Append(isGet ? Target(Pick(Gets)) : random.Next(10) == 0 ? "/condition" : Pick(Posts)).Append(" HTTP/1.1\r\nHost: fuzz\r\n");
        if (Pick(Types) is { Length: > 0 } type && !isGet)
        {
            head.Append("Content-Type: ").Append(type).Append("\r\n");
        }
        for (var count = random.Next(4); count > 0; count--)
        {
            head.Append(Pick(Fields)).Append("\r\n");
        }
        if (random.Next(30) == 0)
        {
            head.Append("X-Huge: ").Append('x', random.Next(1000, 60_000)).Append("\r\n");
        }
        if (random.Next(30) == 0)
        {
            head.Append(string.Concat(Enumerable.Range(0, random.Next(50, 300)).Select(static number => $"X-Many-{number}: y\r\n")));
        }
        if (length > 0)
        {
            // Sometimes more than comes, or less.
            _isWhole = random.Next(15) > 0;
            head.Append("Content-Length: ").Append(_isWhole ? length : Math.Max(0, length + random.Next(-20, 20))).Append("\r\n");
        }
        return head.Append("Connection: close\r\n\r\n").ToString();
    }

    private string Target(string target) => random.Next(3) switch
    {
        0 => target + Pick("&count=x", "%", "%zz", "&=&&;", "&id=" + new string('9', 400), "%00", "&next.next.next.size=1", "//..//", "?&colour=7"),
        1 => target.Replace("=1", "=" + Uri.EscapeDataString(Encoding.Latin1.GetString(Bytes(random.Next(10)))), StringComparison.Ordinal),
        _ => target,
    };

    private byte[] Body()
    {
        if (random.Next(3) == 0)
        {
            return [];
        }
        var body = Encoding.Latin1.GetBytes(Pick(Bodies));
        return random.Next(8) switch
        {
            0 => Bytes(random.Next(3000)),
            1 => body[..random.Next(body.Length + 1)],
            2 => Encoding.Latin1.GetBytes(new string(Pick("[", "{\"a\":", "--edge\r\n", "a=1&", "\u0091").SelectMany(static letter => new[] { letter }).ToArray()).PadRight(random.Next(1, 2000), '[')),
            3 => [.. Enumerable.Repeat(body, random.Next(1, 60)).SelectMany(static bytes => bytes)],
            4 or 5 => Damaged(body, 0),
            _ => body,
        };
    }

    private byte[] Damaged(byte[] bytes, int from)
    {
        var damaged = bytes.ToArray();
        for (var count = random.Next(1, 6); count > 0 && damaged.Length > from; count--)
        {
            damaged[random.Next(from, damaged.Length)] = (byte)random.Next(256);
        }
        return damaged;
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];
}

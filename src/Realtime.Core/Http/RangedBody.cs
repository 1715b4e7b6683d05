using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Sends a body of known length: whole, a part, or several parts (RFC 9110, section 14).</summary>
internal static class RangedBody
{
    /// <summary>Sends what the request asks for. Conditions are evaluated by then, and the validators among the response's header fields.</summary>
    public static ValueTask SendAsync(HttpConnection http, IRangeSource source, string contentType)
    {
        var (request, response) = (http.RequestHeaders, http.ResponseHeaders);
        response["Accept-Ranges"] = "bytes";
        var length = source.Length;
        // Of a HEAD request the field means nothing (section 14.2).
        if (http is { Method: "GET", StatusCode: 200 } && request["Range"] is { Count: 1 } range && RangeHolds(request, response)
            && ByteRanges.Parse(range.ToString(), length) is { } ranges)
        {
            switch (ranges)
            {
                case []:
                    http.StatusCode = 416;
                    response.ContentType = null;
                    response["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes */{length}");
                    response.ContentLength = 0;
                    return default;
                case [var (offset, count)]:
                    http.StatusCode = 206;
                    response.ContentType = contentType;
                    response["Content-Range"] = RangeText(offset, count, length);
                    return PartAsync(http, source, offset, count);
                default:
                    http.StatusCode = 206;
                    return SeveralAsync(http, source, contentType, ranges);
            }
        }
        response.ContentType = contentType;
        return PartAsync(http, source, 0, length);
    }

    private static bool RangeHolds(Headers request, Headers response) => Preconditions.RangeHolds(
        request, response["ETag"] is [{ } tag] ? tag : null, Preconditions.TryDate(response["Last-Modified"], out var modified) ? modified : null);

    private static ValueTask PartAsync(HttpConnection http, IRangeSource source, long offset, long count)
    {
        http.ResponseHeaders.ContentLength = count;
        return http.Method == "HEAD" || count == 0 ? default : source.SendAsync(http, offset, count);
    }

    private static async ValueTask SeveralAsync(HttpConnection http, IRangeSource source, string contentType, List<(long Offset, long Count)> ranges)
    {
        var boundary = RandomNumberGenerator.GetHexString(24, lowercase: true);
        var heads = ranges.ConvertAll(range => Encoding.ASCII.GetBytes(
            $"--{boundary}\r\nContent-Type: {contentType}\r\nContent-Range: {RangeText(range.Offset, range.Count, source.Length)}\r\n\r\n"));
        var end = Encoding.ASCII.GetBytes($"--{boundary}--\r\n");
        http.ResponseHeaders.ContentType = $"multipart/byteranges; boundary={boundary}";
        http.ResponseHeaders.ContentLength = ranges.Select((range, index) => heads[index].Length + range.Count + "\r\n".Length).Sum() + end.Length;
        for (var index = 0; index < ranges.Count; index++)
        {
            http.ResponseBody.Write(heads[index]);
            await source.SendAsync(http, ranges[index].Offset, ranges[index].Count);
            http.ResponseBody.Write("\r\n"u8);
        }
        http.ResponseBody.Write(end);
    }

    private static string RangeText(long offset, long count, long length) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {offset}-{offset + count - 1}/{length}");
}

using System.Globalization;
using System.Net.Http.Headers;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Sends a file as the response: conditional requests (RFC 9110, section 13) and single ranges (section 14).</summary>
internal static class FileBody
{
    /// <summary>Answers with the file; the status stays what it was unless the request asks for less than all of it.</summary>
    public static ValueTask SendAsync(HttpConnection http, FileInfo file, string contentType)
    {
        var (request, response) = (http.RequestHeaders, http.ResponseHeaders);
        var modified = new DateTimeOffset(file.LastWriteTimeUtc);
        modified = modified.AddTicks(-(modified.Ticks % TimeSpan.TicksPerSecond));
        var tag = $"\"{file.LastWriteTimeUtc.Ticks ^ file.Length:x}\"";

        response["ETag"] = tag;
        response["Last-Modified"] = modified.ToString("R", CultureInfo.InvariantCulture);
        response["Accept-Ranges"] = "bytes";
        if (IsUnchanged(request, tag, modified))
        {
            http.StatusCode = 304;
            return default;
        }
        response.ContentType = contentType;
        response["X-Content-Type-Options"] = "nosniff";
        var (offset, count) = (0L, file.Length);
        if (http.Method == "GET" && http.StatusCode == 200 && request["Range"].ToString() is { Length: > 0 } range && RangeHolds(request, tag, modified))
        {
            switch (Part(range, file.Length))
            {
                case { Count: 0 }:
                    http.StatusCode = 416;
                    response.ContentType = null;
                    response["Content-Range"] = $"bytes */{file.Length}";
                    response.ContentLength = 0;
                    return default;
                case { } part:
                    (offset, count) = part;
                    http.StatusCode = 206;
                    response["Content-Range"] = $"bytes {offset}-{offset + count - 1}/{file.Length}";
                    break;
                default:
                    break;
            }
        }
        response.ContentLength = count;
        return http.Method == "HEAD" || count == 0 ? default : http.SendFileAsync(file.FullName, offset, count, http.Disconnected);
    }

    private static bool IsUnchanged(Headers request, string tag, DateTimeOffset modified)
    {
        if (request.Contains("If-None-Match"))
        {
            // The comparison is weak here (RFC 9110, section 13.1.2).
            return request["If-None-Match"].ToString().Split(',', StringSplitOptions.TrimEntries)
                .Any(known => known == "*" || known == tag || (known.StartsWith("W/", StringComparison.Ordinal) && known[2..] == tag));
        }
        return TryDate(request["If-Modified-Since"].ToString(), out var since) && modified <= since;
    }

    private static bool RangeHolds(Headers request, string tag, DateTimeOffset modified) =>
        request["If-Range"].ToString() is not { Length: > 0 } condition || condition == tag || (TryDate(condition, out var date) && date == modified);

    private static bool TryDate(string text, out DateTimeOffset date) =>
        DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date);

    /// <summary>The one range asked for; a count of 0 where it lies outside; null where the header is to be ignored.</summary>
    private static (long Offset, long Count)? Part(string range, long length)
    {
        if (!RangeHeaderValue.TryParse(range, out var parsed) || parsed is not { Unit: "bytes", Ranges.Count: 1 })
        {
            return null;
        }
        var one = parsed.Ranges.First();
        if (one.From is not { } from)
        {
            var last = Math.Min(one.To ?? 0, length);
            return (length - last, last);
        }
        return from >= length ? (0, 0) : (from, Math.Min(one.To ?? (length - 1), length - 1) - from + 1);
    }
}

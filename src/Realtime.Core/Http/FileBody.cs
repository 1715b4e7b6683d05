using System.Globalization;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Sends a file as the response: conditional requests (RFC 9110, section 13) and ranges (section 14).</summary>
internal static class FileBody
{
    /// <summary>Answers with the file; the status stays what it was unless the request asks for less than all of it.</summary>
    public static ValueTask SendAsync(HttpConnection http, FileInfo file, string contentType)
    {
        var response = http.ResponseHeaders;
        var modified = Preconditions.ToSecond(new DateTimeOffset(file.LastWriteTimeUtc));
        // A person's own validators say more than the file's.
        if (!response.Contains("ETag"))
        {
            response["ETag"] = $"\"{file.LastWriteTimeUtc.Ticks ^ file.Length:x}\"";
        }
        if (!response.Contains("Last-Modified"))
        {
            response["Last-Modified"] = modified.ToString("R", CultureInfo.InvariantCulture);
        }
        response["X-Content-Type-Options"] = "nosniff";
        return Conditional.Holds(http) ? RangedBody.SendAsync(http, new FileSource(file), contentType) : default;
    }
}

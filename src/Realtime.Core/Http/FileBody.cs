using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Sends a file as the response: conditional requests (RFC 9110, section 13) and ranges (section 14).</summary>
internal static class FileBody
{
    /// <summary>Answers with the file; the status stays what it was unless the request asks for less than all of it.</summary>
    /// <param name="http">Where to.</param>
    /// <param name="file">The file.</param>
    /// <param name="contentType">What it is.</param>
    /// <param name="encoding">How it is compressed, which <c>Content-Encoding</c> says already; null for not at all.</param>
    /// <exception cref="HttpError">404: it is not there any more, or not to be read.</exception>
    public static async ValueTask SendAsync(HttpConnection http, FileInfo file, string contentType, string? encoding = null)
    {
        // Nothing of what is empty need be read; what looks empty may be a pipe, whose opening would wait for a writer.
        if (file.Length == 0)
        {
            await SendAsync(http, new BytesSource(default), file.LastWriteTimeUtc, contentType, encoding);
            return;
        }
        // Opened first: the length and the time are those of the bytes that are sent, whatever becomes of the name.
        using var handle = Open(file.FullName, http.Path);
        await SendAsync(http, new FileSource(handle), File.GetLastWriteTimeUtc(handle), contentType, encoding);
    }

    private static ValueTask SendAsync(HttpConnection http, IRangeSource source, DateTime written, string contentType, string? encoding)
    {
        var response = http.ResponseHeaders;
        // A person's own validators say more than the file's.
        if (!response.Contains("ETag"))
        {
            response["ETag"] = $"\"{written.Ticks ^ source.Length:x}{(encoding is null ? "" : "-")}{encoding}\"";
        }
        if (!response.Contains("Last-Modified"))
        {
            response["Last-Modified"] = Preconditions.ToSecond(new DateTimeOffset(written)).ToString("R", CultureInfo.InvariantCulture);
        }
        response["X-Content-Type-Options"] = "nosniff";
        return Conditional.Holds(http) ? RangedBody.SendAsync(http, source, contentType) : default;
    }

    private static SafeFileHandle Open(string path, string asked)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw HttpError.NotFound($"There is nothing at {asked}.");
        }
    }
}

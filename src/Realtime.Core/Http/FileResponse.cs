using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>A file of the server's disk.</summary>
internal sealed class FileResponse(string path, string? contentType, string? downloadName, int status) : Response(status)
{
    protected override ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw HttpError.NotFound($"There is nothing at {request.Path}.");
        }
        if (downloadName is not null)
        {
            connection.ResponseHeaders["Content-Disposition"] = Disposition(downloadName);
        }
        return FileBody.SendAsync(connection, file, ContentTypeOr(contentType ?? MediaType.Of(path)));
    }

    // Both forms of the name (RFC 6266, appendix D): the plain one for old clients, in the characters that are safe in it.
    private static string Disposition(string name)
    {
        var plain = new string([.. name.Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or ' ' ? letter : '_')]);
        return $"attachment; filename=\"{plain}\"; filename*=UTF-8''{Uri.EscapeDataString(name)}";
    }
}

using Microsoft.AspNetCore.StaticFiles;

namespace Realtime.Http;

/// <summary>Says what a file is, by its name.</summary>
internal static class MediaType
{
    private static readonly FileExtensionContentTypeProvider Known = new();

    public static string Of(string path)
    {
        if (!Known.TryGetContentType(path, out var type))
        {
            return BodyWriter.Binary;
        }
        // Files of text are UTF-8 in this century; without a word about it a browser guesses.
        return type.StartsWith("text/", StringComparison.Ordinal) || type is "application/json" or "application/javascript" or "image/svg+xml"
            ? type + "; charset=utf-8"
            : type;
    }
}

namespace Realtime.Http;

/// <summary>Compares media types where they stand in a header field, without taking them apart.</summary>
internal static class MediaRange
{
    /// <summary>The type before its parameters.</summary>
    public static ReadOnlySpan<char> TypeOf(ReadOnlySpan<char> contentType) =>
        (contentType.IndexOf(';') is >= 0 and var end ? contentType[..end] : contentType).Trim();

    public static bool IsJson(string contentType)
    {
        // What nearly every client sends, letter by letter.
        if (contentType is "application/json" or BodyWriter.JsonText)
        {
            return true;
        }
        var type = TypeOf(contentType);
        return (Is(type, "application/json") || Is(type, "text/json")
            || (type.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)))
            && IsUtf8(contentType);
    }

    public static bool IsMessagePack(ReadOnlySpan<char> contentType)
    {
        var type = TypeOf(contentType);
        return Is(type, "application/msgpack") || Is(type, "application/vnd.msgpack") || Is(type, "application/x-msgpack");
    }

    public static bool IsForm(ReadOnlySpan<char> contentType)
    {
        var type = TypeOf(contentType);
        return Is(type, "application/x-www-form-urlencoded") || Is(type, "multipart/form-data");
    }

    public static bool Is(ReadOnlySpan<char> type, string expected) => type.Equals(expected, StringComparison.OrdinalIgnoreCase);

    // JSON between systems is UTF-8 (RFC 8259, section 8.1); ASCII is a part of it.
    private static bool IsUtf8(ReadOnlySpan<char> contentType)
    {
        var at = contentType.IndexOf("charset=", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return true;
        }
        var charset = contentType[(at + "charset=".Length)..];
        charset = (charset.IndexOf(';') is >= 0 and var end ? charset[..end] : charset).Trim().Trim('"');
        return Is(charset, "utf-8") || Is(charset, "utf8") || Is(charset, "us-ascii");
    }
}

using System.Security.Cryptography;

namespace Realtime.Http;

/// <summary>Writes tags as they stand in <c>ETag</c> (RFC 9110, section 8.8.3).</summary>
internal static class EntityTag
{
    /// <summary>Puts a tag into quotes where it has none.</summary>
    /// <exception cref="ArgumentException">It has characters that a tag cannot have.</exception>
    public static string Of(string tag)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        var opaque = tag.StartsWith("W/\"", StringComparison.Ordinal) ? tag[2..] : tag;
        opaque = opaque is ['"', .. var quoted, '"'] ? quoted : tag;
        foreach (var letter in opaque)
        {
            if (letter is '"' or <= ' ' or '\u007f' or > '\u00ff')
            {
                throw new ArgumentException($"'{tag}' is no tag: leave out quotes, spaces and letters outside of ASCII.", nameof(tag));
            }
        }
        return ReferenceEquals(opaque, tag) ? $"\"{tag}\"" : tag;
    }

    /// <summary>The tag of these bytes.</summary>
    public static string OfBody(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return $"\"{Convert.ToHexStringLower(hash[..12])}\"";
    }
}

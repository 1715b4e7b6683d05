using System.Text;
using Realtime.Protocol;

namespace Realtime.Routing;

/// <summary>
/// A request's path as routes see it: decoded segment by segment, with <see cref="Slash"/> for a slash that was encoded and so is no end of a segment.
/// </summary>
internal static class RoutePath
{
    /// <summary>Half of a surrogate pair, which no decoded path has.</summary>
    public const char Slash = '\uD800';

    /// <summary>The path of a request.</summary>
    public static string Of(RequestConnection connection)
    {
        var path = connection.Path;
        return path.Contains('%', StringComparison.Ordinal) ? Decode(connection, path) : path;
    }

    /// <summary>A captured text as the person meant it.</summary>
    public static string Text(ReadOnlySpan<char> captured) => captured.Contains(Slash) ? captured.ToString().Replace(Slash, '/') : captured.ToString();

    /// <summary>Percent-encodes a path for an address, segment by segment.</summary>
    public static string Encode(string path) => string.Join('/', path.Split('/').Select(static segment => UrlText.Segment(segment.Replace(Slash, '/'))));

    /// <summary>The path with one slash where there are several.</summary>
    public static string Merge(string path)
    {
        if (!path.Contains("//", StringComparison.Ordinal))
        {
            return path;
        }
        var merged = new StringBuilder(path.Length);
        foreach (var letter in path)
        {
            if (letter != '/' || merged.Length == 0 || merged[^1] != '/')
            {
                merged.Append(letter);
            }
        }
        return merged.ToString();
    }

    // A server's path has %2F for an encoded slash, and the same for an encoded percent sign before "2F"; only the target as it came tells them apart.
    private static string Decode(RequestConnection connection, string path)
    {
        var segments = new List<string>();
        var raw = PathOf(connection.RawTarget);
        foreach (var range in raw.Split('/'))
        {
            segments.Add(Uri.UnescapeDataString(raw[range]).Replace('/', Slash));
        }
        var below = connection.RootPath.AsSpan().Count('/');
        var decoded = segments.Count > below ? "/" + string.Join('/', segments.Skip(below + 1)) : "";
        // Where somebody has replaced the path, or it went up and down, the target does not say it as it is.
        return string.Equals(decoded.Replace(Slash.ToString(), "%2F", StringComparison.Ordinal), path, StringComparison.OrdinalIgnoreCase)
            ? decoded
            : path.Replace("%2F", Slash.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private static ReadOnlySpan<char> PathOf(string target)
    {
        var path = target.AsSpan();
        if (path.IndexOfAny('?', '#') is >= 0 and var query)
        {
            path = path[..query];
        }
        // The absolute form, which proxies are sent (RFC 9112, section 3.2.2).
        if (path is not ['/', ..] && path.IndexOf("://") is >= 0 and var scheme)
        {
            path = path[(scheme + 3)..];
            path = path.IndexOf('/') is >= 0 and var start ? path[start..] : "/";
        }
        return path;
    }
}

using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>What a request's conditions say of a representation.</summary>
internal enum Precondition
{
    Proceed,
    NotModified,
    Failed,
}

/// <summary>Evaluates conditional requests, in the order of RFC 9110, section 13.2.2.</summary>
internal static class Preconditions
{
    /// <summary>Whether a request has any condition at all.</summary>
    public static bool AreIn(Headers request) =>
        request.Contains("If-None-Match") || request.Contains("If-Modified-Since") || request.Contains("If-Match") || request.Contains("If-Unmodified-Since");

    /// <summary>Evaluates all conditions but that of a range.</summary>
    /// <param name="request">The request's header fields.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="tag">The representation's tag as it stands in <c>ETag</c>; null where it has none.</param>
    /// <param name="modified">When it was last modified, null where nobody knows.</param>
    /// <param name="exists">Whether there is a representation, which <c>*</c> asks for.</param>
    public static Precondition Evaluate(Headers request, string method, string? tag, DateTimeOffset? modified, bool exists = true)
    {
        var isRead = method is "GET" or "HEAD";
        if (request["If-Match"] is { Count: > 0 } match)
        {
            if (!Matches(match, tag, exists, isStrong: true))
            {
                return Precondition.Failed;
            }
        }
        else if (modified is { } last && TryDate(request["If-Unmodified-Since"], out var unless) && ToSecond(last) > unless)
        {
            return Precondition.Failed;
        }
        if (request["If-None-Match"] is { Count: > 0 } noneMatch)
        {
            return !Matches(noneMatch, tag, exists, isStrong: false) ? Precondition.Proceed : isRead ? Precondition.NotModified : Precondition.Failed;
        }
        return isRead && modified is { } changed && TryDate(request["If-Modified-Since"], out var since) && ToSecond(changed) <= since
            ? Precondition.NotModified
            : Precondition.Proceed;
    }

    /// <summary>Whether a range may be sent: <c>If-Range</c> is absent or names this very representation (section 13.1.5).</summary>
    public static bool RangeHolds(Headers request, string? tag, DateTimeOffset? modified)
    {
        var condition = request["If-Range"].ToString();
        if (condition.Length == 0)
        {
            return true;
        }
        if (condition[0] is '"' or 'W')
        {
            return condition == tag && condition[0] == '"';
        }
        return modified is { } last && TryDate(condition, out var date) && date == ToSecond(last);
    }

    /// <summary>A date as it goes over the wire: to the second.</summary>
    public static DateTimeOffset ToSecond(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond)).ToUniversalTime();

    public static bool TryDate(StringValues text, out DateTimeOffset date)
    {
        date = default;
        return text is [{ Length: > 0 } one] && HeaderUtilities.TryParseDate(one, out date);
    }

    private static bool Matches(StringValues field, string? tag, bool exists, bool isStrong)
    {
        foreach (var line in field)
        {
            var rest = line.AsSpan().Trim();
            if (rest is "*")
            {
                return exists;
            }
            while (tag is not null && TryTakeTag(ref rest, out var known))
            {
                if (isStrong ? known[0] == '"' && known.SequenceEqual(tag) : Opaque(known).SequenceEqual(Opaque(tag)))
                {
                    return true;
                }
            }
        }
        return false;
    }

    private static ReadOnlySpan<char> Opaque(ReadOnlySpan<char> tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;

    /// <summary>Takes the next tag of a list; what is no tag ends the list, for no comma in it can be trusted.</summary>
    private static bool TryTakeTag(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> tag)
    {
        tag = default;
        rest = rest.TrimStart(", \t");
        var start = rest.StartsWith("W/\"", StringComparison.Ordinal) ? 2 : 0;
        if (rest.Length <= start || rest[start] != '"')
        {
            return false;
        }
        var end = rest[(start + 1)..].IndexOf('"');
        if (end < 0)
        {
            return false;
        }
        tag = rest[..(start + end + 2)];
        rest = rest[(start + end + 2)..];
        return true;
    }
}

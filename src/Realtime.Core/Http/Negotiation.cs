using System.Globalization;
using Microsoft.Extensions.Primitives;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Chooses the form of an answer by <c>Accept</c> (RFC 9110, section 12.5.1).</summary>
internal static class Negotiation
{
    public const string Json = "application/json";
    public const string Lines = "application/x-ndjson";

    private static readonly string[] MessagePackTypes = ["application/msgpack", "application/vnd.msgpack", "application/x-msgpack"];

    /// <summary>The type to answer a value in: one of MessagePack's, or null for JSON.</summary>
    /// <exception cref="HttpError">406: the app is strict, and the request accepts neither.</exception>
    public static string? MessagePackFor(HttpConnection http, bool isStrict)
    {
        var accept = http.Exchange.Accept;
        // Nearly all clients ask for JSON, for anything, or for nothing at all.
        if (!isStrict && !Mentions(accept, "msgpack"))
        {
            return null;
        }
        var best = Best(accept, [Json, .. MessagePackTypes]);
        if (best is null && isStrict && accept.Count > 0)
        {
            throw new HttpError(406, "The answer is application/json or application/msgpack: accept one of them.");
        }
        return best is null or Json ? null : best;
    }

    /// <summary>Whether a sequence is to be sent line by line rather than as one array.</summary>
    /// <exception cref="HttpError">406: the app is strict, and the request accepts neither.</exception>
    public static bool AsLines(HttpConnection http, bool isStrict)
    {
        var accept = http.Exchange.Accept;
        if (!isStrict && !Mentions(accept, "json"))
        {
            return false;
        }
        var best = Best(accept, [Json, Lines, "application/jsonl", "application/json-lines"]);
        if (best is null && isStrict && accept.Count > 0)
        {
            throw new HttpError(406, "The answer is application/json or application/x-ndjson: accept one of them.");
        }
        return best is not (null or Json);
    }

    /// <summary>The one of several types that a request likes best; null where it accepts none of them. The first, where it does not care.</summary>
    public static string? Best(StringValues accept, ReadOnlySpan<string> offers)
    {
        if (accept.Count == 0 || StringValues.IsNullOrEmpty(accept))
        {
            return offers is [var any, ..] ? any : null;
        }
        string? best = null;
        var (bestQuality, bestSpecificity, bestPlace) = (0.0, 0, int.MaxValue);
        foreach (var offer in offers)
        {
            var (quality, specificity, place) = QualityOf(accept, offer);
            if (quality > 0 && (quality > bestQuality || (quality >= bestQuality && (specificity > bestSpecificity || (specificity == bestSpecificity && specificity == 3 && place < bestPlace)))))
            {
                (best, bestQuality, bestSpecificity, bestPlace) = (offer, quality, specificity, place);
            }
        }
        return best;
    }

    private static bool Mentions(StringValues accept, string word)
    {
        foreach (var line in accept)
        {
            if (line is not null && line.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>How much a type is liked: by the most specific range that names it; and where that stands.</summary>
    private static (double Quality, int Specificity, int Place) QualityOf(StringValues accept, string offer)
    {
        var (quality, specificity, place, index) = (0.0, 0, 0, 0);
        foreach (var line in accept)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var text = line.AsSpan()[range];
                var type = MediaRange.TypeOf(text);
                var fits = Specificity(type, offer);
                index++;
                if (fits > specificity)
                {
                    (quality, specificity, place) = (Quality(text), fits, index);
                }
            }
        }
        return (quality, specificity, place);
    }

    private static int Specificity(ReadOnlySpan<char> range, string offer)
    {
        if (MediaRange.Is(range, offer))
        {
            return 3;
        }
        if (range is "*/*" or "*")
        {
            return 1;
        }
        return range.EndsWith("/*", StringComparison.Ordinal) && offer.AsSpan().StartsWith(range[..^1], StringComparison.OrdinalIgnoreCase) ? 2 : 0;
    }

    // A weight that is none counts as none given: refusing the type for it would help nobody.
    private static double Quality(ReadOnlySpan<char> range)
    {
        foreach (var part in range.Split(';'))
        {
            var parameter = range[part].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
                && double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quality))
            {
                return Math.Clamp(quality, 0, 1);
            }
        }
        return 1;
    }
}

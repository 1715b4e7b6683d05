using Microsoft.Extensions.Primitives;

namespace Realtime.Protocol;

/// <summary>
/// Decides on a client's offers of <c>permessage-deflate</c> (RFC 7692, section 7.1). There is one answer to all that are acceptable:
/// no context is kept in either direction, so that a compressed message fits every receiver and an idle connection holds no window.
/// </summary>
internal static class DeflateOffer
{
    /// <summary>What is agreed on, as offer and as answer: a client must take the latter even if it did not offer to keep no context.</summary>
    public const string Agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    /// <summary>Tells whether one of the offers can be answered with <see cref="Agreed"/>.</summary>
    /// <param name="fields">The values of <c>Sec-WebSocket-Extensions</c>.</param>
    public static bool IsAcceptable(StringValues fields)
    {
        foreach (var field in fields)
        {
            foreach (var offer in (field ?? "").Split(','))
            {
                if (IsAcceptable(offer.Split(';', StringSplitOptions.TrimEntries)))
                {
                    return true;
                }
            }
        }
        return false;
    }

    private static bool IsAcceptable(ReadOnlySpan<string> parts)
    {
        if (parts[0] != "permessage-deflate")
        {
            return false;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in parts[1..])
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals].TrimEnd();
            var value = equals < 0 ? null : part[(equals + 1)..].Trim().Trim('"');
            // An offer with a parameter twice, an unknown one or a wrong value is declined (section 7.1).
            if (!seen.Add(name) || !IsAcceptable(name, value))
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsAcceptable(string name, string? value) => name switch
    {
        "server_no_context_takeover" or "client_no_context_takeover" => value is null,
        // The client need not shrink its window for us: inflating with the largest reads all.
        "client_max_window_bits" => value is null or "8" or "9" or "10" or "11" or "12" or "13" or "14" or "15",
        // A message is compressed once for all receivers, with the largest window: who can read only a smaller one gets it uncompressed.
        "server_max_window_bits" => value is "15",
        _ => false,
    };
}

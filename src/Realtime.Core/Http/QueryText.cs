using Microsoft.AspNetCore.WebUtilities;

namespace Realtime.Http;

/// <summary>Finds one value in a query where it stands: a handler that asks for one name needs no table of all of them.</summary>
internal static class QueryText
{
    /// <summary>Finds the first value of a name, decoded.</summary>
    /// <param name="query">The query as it came, with its question mark, or empty.</param>
    /// <param name="name">The name, with regard to case.</param>
    /// <param name="value">The value, decoded.</param>
    public static bool TryFind(string query, string name, out ReadOnlyMemory<char> value)
    {
        if (query.Length > 1)
        {
            foreach (var pair in new QueryStringEnumerable(query))
            {
                if (pair.DecodeName().Span.SequenceEqual(name))
                {
                    value = pair.DecodeValue();
                    return true;
                }
            }
        }
        value = default;
        return false;
    }
}

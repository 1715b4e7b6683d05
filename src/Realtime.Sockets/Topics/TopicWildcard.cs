namespace Realtime.Sockets;

/// <summary>
/// Names of many topics at once: in <c>room:*</c> each part that is a <c>*</c> stands for any one part, never for none and never for several.
/// </summary>
public static class TopicWildcard
{
    /// <summary>Whether a name is a wildcard: one of its parts is <c>*</c>. No single topic has such a name.</summary>
    /// <param name="name">A topic's name or a wildcard.</param>
    public static bool IsWildcard(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var star = name.IndexOf('*', StringComparison.Ordinal);
        while (star >= 0)
        {
            if ((star == 0 || name[star - 1] == ':') && (star == name.Length - 1 || name[star + 1] == ':'))
            {
                return true;
            }
            star = name.IndexOf('*', star + 1);
        }
        return false;
    }

    /// <summary>Whether a topic is one of those that a wildcard names.</summary>
    /// <param name="wildcard">The wildcard; a plain name matches itself.</param>
    /// <param name="topic">The topic's name.</param>
    public static bool Matches(string wildcard, string topic)
    {
        ArgumentNullException.ThrowIfNull(wildcard);
        ArgumentNullException.ThrowIfNull(topic);
        ReadOnlySpan<char> pattern = wildcard;
        ReadOnlySpan<char> name = topic;
        while (true)
        {
            var patternEnd = pattern.IndexOf(':');
            var nameEnd = name.IndexOf(':');
            var part = nameEnd < 0 ? name : name[..nameEnd];
            var expected = patternEnd < 0 ? pattern : pattern[..patternEnd];
            if (patternEnd < 0 != nameEnd < 0 || (expected is "*" ? part.IsEmpty : !part.SequenceEqual(expected)))
            {
                return false;
            }
            if (nameEnd < 0)
            {
                return true;
            }
            pattern = pattern[(patternEnd + 1)..];
            name = name[(nameEnd + 1)..];
        }
    }
}

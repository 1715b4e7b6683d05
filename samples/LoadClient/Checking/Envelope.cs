using Realtime.LoadClient.Protocols;

namespace Realtime.LoadClient.Checking;

/// <summary>
/// What stands around the texts of one sender in the messages that come: learned from the first three, of which two must agree, and
/// then compared byte by byte. Where no two agree (an app adds the time, say) each message is parsed instead.
/// </summary>
internal sealed class Envelope
{
    private const int Votes = 3;
    private readonly List<(int Number, byte[] Prefix, byte[] Suffix)> _seen = [];
    private byte[]? _prefix;
    private byte[] _suffixHead = [];
    private byte[] _suffixTail = [];
    private bool _hasOffset;

    /// <summary>Whether no two messages agreed.</summary>
    public bool Varies { get; private set; }

    /// <summary>Messages before the vote that it then found to be wrong.</summary>
    public int Outvoted { get; private set; }

    /// <summary>Checks what stands around a text.</summary>
    /// <param name="protocol">What the message is written in.</param>
    /// <param name="message">All of it.</param>
    /// <param name="text">Where its text lies.</param>
    /// <param name="topic">The topic that it must be of.</param>
    /// <param name="number">The text's number.</param>
    /// <param name="offset">Its offset in the topic's history; 0 for none.</param>
    public bool Fits(Protocol protocol, ReadOnlySpan<byte> message, Range text, string topic, int number, out long offset)
    {
        var prefix = message[..text.Start];
        var suffix = message[text.End..];
        if (_prefix is null || Varies)
        {
            var sound = protocol.IsEvent(message, topic);
            protocol.TrySplit(suffix, out _, out _, out offset);
            return sound && (Varies || Vote(protocol, prefix, suffix, number));
        }
        offset = 0;
        if (!prefix.SequenceEqual(_prefix))
        {
            return false;
        }
        if (!_hasOffset)
        {
            return suffix.SequenceEqual(_suffixHead);
        }
        return protocol.TrySplit(suffix, out var head, out var tail, out offset)
            && suffix[..head].SequenceEqual(_suffixHead) && suffix[tail..].SequenceEqual(_suffixTail);
    }

    private bool Vote(Protocol protocol, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix, int number)
    {
        foreach (var (other, itsPrefix, itsSuffix) in _seen)
        {
            if (other == number)
            {
                // The same message as another receiver got it.
                return prefix.SequenceEqual(itsPrefix) && suffix.SequenceEqual(itsSuffix);
            }
        }
        _seen.Add((number, prefix.ToArray(), suffix.ToArray()));
        if (_seen.Count == Votes)
        {
            Decide(protocol);
        }
        return true;
    }

    private void Decide(Protocol protocol)
    {
        var groups = _seen.GroupBy(seen =>
        {
            var (head, tail, hasOffset) = Part(protocol, seen.Suffix);
            return $"{Convert.ToHexString(seen.Prefix)}/{Convert.ToHexString(head)}/{Convert.ToHexString(tail)}/{hasOffset}";
        }).OrderByDescending(static group => group.Count()).ToArray();
        if (groups.Length == Votes)
        {
            Varies = true;
            return;
        }
        var chosen = groups[0].First();
        _prefix = chosen.Prefix;
        (_suffixHead, _suffixTail, _hasOffset) = Part(protocol, chosen.Suffix);
        Outvoted = groups.Skip(1).Sum(static group => group.Count());
    }

    private static (byte[] Head, byte[] Tail, bool HasOffset) Part(Protocol protocol, ReadOnlySpan<byte> suffix) =>
        protocol.TrySplit(suffix, out var head, out var tail, out _) ? (suffix[..head].ToArray(), suffix[tail..].ToArray(), true) : (suffix.ToArray(), [], false);
}

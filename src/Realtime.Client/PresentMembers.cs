using System.Collections;

namespace Realtime;

/// <summary>Who is in a topic at one moment: a list that does not change.</summary>
public sealed class PresentMembers : IReadOnlyList<PresentMember>
{
    private readonly PresentMember[] _members;

    internal PresentMembers(PresentMember[] members, long? total = null)
    {
        _members = members;
        Total = total ?? members.Length;
    }

    /// <summary>How many are in the topic. Where the server tells only this, as it does for very many, the list itself is empty.</summary>
    public long Total { get; }

    /// <summary>How many are in the list.</summary>
    public int Count => _members.Length;

    /// <inheritdoc/>
    public PresentMember this[int index] => _members[index];

    /// <inheritdoc/>
    public IEnumerator<PresentMember> GetEnumerator() => ((IEnumerable<PresentMember>)_members).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

using System.Diagnostics.CodeAnalysis;

namespace Realtime.Sockets;

/// <summary>Events of one topic that wait for one slow reader, in order; the oldest, or those that a newer one supersedes, are dropped.</summary>
/// <remarks>Not safe for use by several threads: its owner locks.</remarks>
/// <typeparam name="T">An event, in whichever form it waits.</typeparam>
/// <param name="policy">What is dropped.</param>
/// <param name="drops">Counts it.</param>
internal sealed class Backlog<T>(SlowConsumerPolicy policy, DropCounters drops)
{
    private readonly LinkedList<Waiting> _waiting = [];
    private Dictionary<string, LinkedListNode<Waiting>>? _byKey;
    private int _dropped;
    private long _droppedOffset;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>The sum of what waits.</summary>
    public int Size { get; private set; }

    /// <summary>Adds the newest event.</summary>
    /// <param name="item">The event.</param>
    /// <param name="size">How much room it takes.</param>
    /// <param name="offset">Its offset, or 0.</param>
    /// <param name="key">What it supersedes older ones by, or null.</param>
    /// <param name="room">How much room there is. One event is taken whatever its size.</param>
    /// <returns>False where it does not fit, and nothing may be dropped for it.</returns>
    public bool TryAdd(T item, int size, long offset, string? key, int room)
    {
        if (key is not null && (_byKey ??= new(StringComparer.Ordinal)).TryGetValue(key, out var superseded))
        {
            Drop(superseded);
        }
        while (_waiting.First is { } oldest && Size > room - size)
        {
            if (policy != SlowConsumerPolicy.DropOldest)
            {
                return false;
            }
            Drop(oldest);
        }
        // Behind all others, also where it supersedes one: the offsets go up.
        var added = _waiting.AddLast(new Waiting(item, size, offset, key));
        if (key is not null)
        {
            _byKey![key] = added;
        }
        Size += size;
        return true;
    }

    /// <summary>Takes the oldest event.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item, out int size)
    {
        if (_waiting.First is not { } first)
        {
            (item, size) = (default, 0);
            return false;
        }
        (item, size) = (first.Value.Item, first.Value.Size);
        Remove(first);
        return true;
    }

    /// <summary>Tells what was dropped since it was asked last; all of it belongs before what is taken next, or between that and what comes later.</summary>
    /// <param name="count">How many events.</param>
    /// <param name="offset">The newest one's offset, or 0.</param>
    public bool TryTakeDropped(out int count, out long offset)
    {
        (count, offset) = (_dropped, _droppedOffset);
        (_dropped, _droppedOffset) = (0, 0);
        return count > 0;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _waiting.Clear();
        _byKey = null;
        (Size, _dropped, _droppedOffset) = (0, 0, 0);
    }

    private void Drop(LinkedListNode<Waiting> node)
    {
        _dropped++;
        _droppedOffset = Math.Max(_droppedOffset, node.Value.Offset);
        drops.CountDropped(policy);
        Remove(node);
    }

    private void Remove(LinkedListNode<Waiting> node)
    {
        _waiting.Remove(node);
        Size -= node.Value.Size;
        if (node.Value.Key is { } key)
        {
            _byKey!.Remove(key);
        }
    }

    private readonly record struct Waiting(T Item, int Size, long Offset, string? Key);
}

using System.Runtime.InteropServices;

namespace Realtime.Sockets;

/// <summary>The idempotency keys of all topics in memory, each with the offset of the event that it came with.</summary>
/// <param name="window">How many, and for how long.</param>
/// <param name="time">The clock.</param>
internal sealed class IdempotencyKeys(IdempotencyWindow window, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Topic, string Key), long> _offsets = [];
    private readonly Queue<((string Topic, string Key) Name, long At)> _byAge = [];

    /// <summary>How many keys are known.</summary>
    public int Count => _offsets.Count;

    /// <summary>Whether a topic has seen a key, and the offset of the event that came with it.</summary>
    public bool TryGet(string topic, string key, out long offset)
    {
        lock (_gate)
        {
            Trim(room: 0);
            return _offsets.TryGetValue((topic, key), out offset);
        }
    }

    /// <summary>Remembers a key.</summary>
    public void Add(string topic, string key, long offset)
    {
        lock (_gate)
        {
            Trim(room: 1);
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_offsets, (topic, key), out var exists);
            if (!exists)
            {
                known = offset;
                _byAge.Enqueue(((topic, key), time.GetTimestamp()));
            }
        }
    }

    /// <summary>Forgets what is too old.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            Trim(room: 0);
        }
    }

    private void Trim(int room)
    {
        while (_byAge.TryPeek(out var oldest) && (_byAge.Count + room > window.Size || time.GetElapsedTime(oldest.At) >= window.TimeToLive))
        {
            _offsets.Remove(oldest.Name);
            _byAge.Dequeue();
        }
    }
}

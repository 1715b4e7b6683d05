using System.Collections.Concurrent;

namespace Realtime.Sockets;

/// <summary>Knows who is in the topics of this process.</summary>
/// <remarks>A topic takes memory while somebody is in it or watches it.</remarks>
public sealed class InMemoryPresenceStore : IPresenceStore
{
    private readonly ConcurrentDictionary<string, TopicRecords> _topics = new(StringComparer.Ordinal);

    /// <summary>How many topics take memory.</summary>
    internal int TopicCount => _topics.Count;

    /// <inheritdoc/>
    public void Set(string topic, PresenceRecord record)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(record);
        Use(topic, record, static (records, record) =>
        {
            records.ById[record.Id] = (record, ++records.Sets);
            records.Tell(new PresenceChange(record, PresenceState.Here));
            return true;
        });
    }

    /// <inheritdoc/>
    public void Remove(string topic, string id, bool hasLeft)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(id);
        if (!_topics.TryGetValue(topic, out var records))
        {
            return;
        }
        lock (records)
        {
            if (records.ById.Remove(id, out var known))
            {
                records.Tell(new PresenceChange(known.Record, hasLeft ? PresenceState.Left : PresenceState.Lost));
                ForgetIfIdle(topic, records);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<PresenceRecord>> ReadAsync(string topic, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (!_topics.TryGetValue(topic, out var records))
        {
            return new ValueTask<IReadOnlyList<PresenceRecord>>([]);
        }
        lock (records)
        {
            return new ValueTask<IReadOnlyList<PresenceRecord>>([.. records.InOrder()]);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable> WatchAsync(string topic, Action<PresenceChange> tell, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(tell);
        var watch = Use(topic, (Store: this, topic, tell), static (records, watcher) =>
        {
            foreach (var record in records.InOrder())
            {
                watcher.tell(new PresenceChange(record, PresenceState.Here));
            }
            records.Watchers = [.. records.Watchers, watcher.tell];
            return new Watch(watcher.Store, watcher.topic, records, watcher.tell);
        });
        return new ValueTask<IAsyncDisposable>(watch);
    }

    private TResult Use<TState, TResult>(string topic, TState state, Func<TopicRecords, TState, TResult> use)
    {
        while (true)
        {
            var records = _topics.GetOrAdd(topic, static _ => new TopicRecords());
            lock (records)
            {
                if (!records.IsForgotten)
                {
                    return use(records, state);
                }
            }
        }
    }

    private void ForgetIfIdle(string topic, TopicRecords records)
    {
        if (records.ById.Count == 0 && records.Watchers.Length == 0)
        {
            records.IsForgotten = true;
            _topics.TryRemove(new KeyValuePair<string, TopicRecords>(topic, records));
        }
    }

    private sealed class TopicRecords
    {
        public Dictionary<string, (PresenceRecord Record, long Order)> ById { get; } = new(StringComparer.Ordinal);

        public long Sets { get; set; }

        public Action<PresenceChange>[] Watchers { get; set; } = [];

        public bool IsForgotten { get; set; }

        public IEnumerable<PresenceRecord> InOrder() => ById.Values.OrderBy(static known => known.Order).Select(static known => known.Record);

        public void Tell(PresenceChange change)
        {
            foreach (var tell in Watchers)
            {
                tell(change);
            }
        }
    }

    private sealed class Watch(InMemoryPresenceStore store, string topic, TopicRecords records, Action<PresenceChange> tell) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            lock (records)
            {
                var index = Array.IndexOf(records.Watchers, tell);
                if (index >= 0)
                {
                    records.Watchers = [.. records.Watchers[..index], .. records.Watchers[(index + 1)..]];
                    store.ForgetIfIdle(topic, records);
                }
            }
            return default;
        }
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace Realtime.Sockets;

/// <summary>Publishes within this process and keeps history in memory: it is gone when the process ends.</summary>
/// <remarks>
/// A topic takes memory while somebody is subscribed to it or while it keeps an event. What expires in a topic that
/// nobody touches is swept up once a minute.
/// </remarks>
public sealed class InMemoryBackplane : IBackplane, IDisposable
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, TopicStream> _streams = new(StringComparer.Ordinal);
    private readonly string _node = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private readonly TimeProvider _time;
    private readonly IdempotencyKeys _keys;
    private readonly ITimer _sweep;
    private readonly Lock _wildcardGate = new();
    private volatile (string Wildcard, Action<Publication> Deliver)[]? _wildcards;
    private long _forgotten;

    /// <summary>Makes an empty backplane.</summary>
    /// <param name="time">The clock that history expires by.</param>
    /// <param name="keys">For how long an idempotency key is known; null for the defaults.</param>
    public InMemoryBackplane(TimeProvider time, IdempotencyWindow? keys = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        keys ??= new IdempotencyWindow();
        keys.Validate();
        _keys = new IdempotencyKeys(keys, time);
        _time = time;
        _sweep = time.CreateTimer(static state => ((InMemoryBackplane)state!).Sweep(), this, SweepPeriod, SweepPeriod);
    }

    /// <summary>How many topics take memory.</summary>
    internal int StreamCount => _streams.Count;

    /// <inheritdoc/>
    public ValueTask<long> PublishAsync(
        string topic,
        string name,
        EventData data,
        HistoryPolicy? history,
        string? idempotencyKey = null,
        Recipients recipients = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(name);
        IdempotencyWindow.CheckKey(idempotencyKey);
        if (history is null && idempotencyKey is null && !_streams.ContainsKey(topic) && !IsHeardByWildcard(topic))
        {
            return new ValueTask<long>(0);
        }
        while (true)
        {
            var stream = Stream(topic);
            lock (stream)
            {
                if (!stream.IsForgotten)
                {
                    return new ValueTask<long>(PublishOnce(stream, topic, name, data, recipients, history, idempotencyKey));
                }
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable> SubscribeAsync(string topic, Action<Publication> deliver, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(deliver);
        if (TopicWildcard.IsWildcard(topic))
        {
            return new ValueTask<IAsyncDisposable>(SubscribeWildcard(topic, deliver));
        }
        while (true)
        {
            var stream = Stream(topic);
            lock (stream)
            {
                if (!stream.IsForgotten)
                {
                    stream.Subscribers = [.. stream.Subscribers, deliver];
                    return new ValueTask<IAsyncDisposable>(new Subscription(this, topic, stream, deliver));
                }
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<HistoryPage> ReadAsync(
        string topic, HistoryPolicy history, StreamPosition? since, int newest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(history);
        if (!_streams.TryGetValue(topic, out var stream))
        {
            return new ValueTask<HistoryPage>(new History(NewEpoch()).Read(since, newest));
        }
        lock (stream)
        {
            stream.Policy = history;
            stream.History.Trim(history, _time.GetTimestamp(), _time);
            return new ValueTask<HistoryPage>(stream.History.Read(since, newest));
        }
    }

    /// <summary>Stops the clock that history expires by.</summary>
    public void Dispose() => _sweep.Dispose();

    // A topic that never published has nothing that a client could have missed: it has the same epoch, at offset 0,
    // however often it is forgotten and made again, until another topic's history is forgotten.
    private string NewEpoch() => string.Create(CultureInfo.InvariantCulture, $"{_node}-{Interlocked.Read(ref _forgotten):x}");

    private TopicStream Stream(string topic) => _streams.GetOrAdd(topic, static (_, self) => new TopicStream(self.NewEpoch()), this);

    // Within the stream's lock a topic's keys are looked up and added as one step.
    private long PublishOnce(
        TopicStream stream, string topic, string name, EventData data, Recipients recipients, HistoryPolicy? policy, string? key)
    {
        if (key is null)
        {
            return Publish(stream, topic, name, data, recipients, policy);
        }
        if (!_keys.TryGet(topic, key, out var offset))
        {
            offset = Publish(stream, topic, name, data, recipients, policy);
            _keys.Add(topic, key, offset);
        }
        ForgetIfIdle(topic, stream);
        return offset;
    }

    private long Publish(TopicStream stream, string topic, string name, EventData data, Recipients recipients, HistoryPolicy? policy)
    {
        Publication publication;
        if (policy is null)
        {
            publication = new Publication(topic, name, data, recipients: recipients);
        }
        else
        {
            stream.Policy = policy;
            publication = stream.History.Append(topic, name, data, recipients, policy, _time.GetTimestamp(), _time);
        }
        // Within the lock: that is what keeps deliveries in the order of the offsets.
        foreach (var deliver in stream.Subscribers)
        {
            deliver(publication);
        }
        if (_wildcards is { } wildcards)
        {
            DeliverToWildcards(wildcards, stream, publication);
        }
        return publication.Offset;
    }

    private void DeliverToWildcards((string Wildcard, Action<Publication> Deliver)[] wildcards, TopicStream stream, Publication publication)
    {
        foreach (var (wildcard, deliver) in wildcards)
        {
            if (TopicWildcard.Matches(wildcard, publication.Topic))
            {
                deliver(publication);
            }
        }
        if (publication.Offset == 0)
        {
            // It may have been made for this event alone.
            ForgetIfIdle(publication.Topic, stream);
        }
    }

    private bool IsHeardByWildcard(string topic) =>
        _wildcards is { } wildcards && Array.Exists(wildcards, entry => TopicWildcard.Matches(entry.Wildcard, topic));

    private WildcardSubscription SubscribeWildcard(string wildcard, Action<Publication> deliver)
    {
        lock (_wildcardGate)
        {
            _wildcards = [.. _wildcards ?? [], (wildcard, deliver)];
        }
        return new WildcardSubscription(this, wildcard, deliver);
    }

    private void Sweep()
    {
        _keys.Trim();
        var now = _time.GetTimestamp();
        foreach (var (topic, stream) in _streams)
        {
            lock (stream)
            {
                if (stream.Policy is { } policy)
                {
                    stream.History.Trim(policy, now, _time);
                }
                ForgetIfIdle(topic, stream);
            }
        }
    }

    private void ForgetIfIdle(string topic, TopicStream stream)
    {
        if (stream.Subscribers.Length > 0 || stream.History.Count > 0 || stream.IsForgotten)
        {
            return;
        }
        stream.IsForgotten = true;
        if (stream.History.Top.Offset > 0)
        {
            // Whoever comes back with an offset of the forgotten numbering must not take the next one for it.
            Interlocked.Increment(ref _forgotten);
        }
        _streams.TryRemove(new KeyValuePair<string, TopicStream>(topic, stream));
    }

    private sealed class TopicStream(string epoch)
    {
        public History History { get; } = new(epoch);

        public HistoryPolicy? Policy { get; set; }

        public Action<Publication>[] Subscribers { get; set; } = [];

        public bool IsForgotten { get; set; }
    }

    private sealed class WildcardSubscription(InMemoryBackplane backplane, string wildcard, Action<Publication> deliver) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            lock (backplane._wildcardGate)
            {
                var all = backplane._wildcards ?? [];
                var index = Array.IndexOf(all, (wildcard, deliver));
                if (index >= 0)
                {
                    backplane._wildcards = all.Length == 1 ? null : [.. all[..index], .. all[(index + 1)..]];
                }
            }
            return default;
        }
    }

    private sealed class Subscription(InMemoryBackplane backplane, string topic, TopicStream stream, Action<Publication> deliver) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            lock (stream)
            {
                var index = Array.IndexOf(stream.Subscribers, deliver);
                if (index >= 0)
                {
                    stream.Subscribers = [.. stream.Subscribers[..index], .. stream.Subscribers[(index + 1)..]];
                    backplane.ForgetIfIdle(topic, stream);
                }
            }
            return default;
        }
    }
}

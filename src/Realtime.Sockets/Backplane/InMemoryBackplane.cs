using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace Realtime.Sockets;

/// <summary>Publishes within this process and keeps history in memory: it is gone when the process ends.</summary>
/// <remarks>
/// A topic takes memory while somebody is subscribed to it or while it keeps an event. Once a minute what has expired is swept up, also in
/// topics that nobody touches. A topic without a time limit is swept up too once nobody has been subscribed to it, published to it or read it for
/// 24 hours: names that are used once must not hold memory for ever.
/// </remarks>
public sealed class InMemoryBackplane : IBackplane, IDisposable
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan IdleLimit = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<string, TopicStream> _streams = new(StringComparer.Ordinal);
    private readonly string _node = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private readonly TimeProvider _time;
    private readonly IdempotencyKeys _keys;
    private readonly ITimer _sweep;
    private readonly Lock _wildcardGate = new();
    private volatile (string Wildcard, Action<Publication> Deliver)[]? _wildcards;
    private long _forgotten;
    private volatile bool _isClosed;

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

    /// <summary>How many idempotency keys take memory.</summary>
    internal int KeyCount => _keys.Count;

    /// <inheritdoc/>
    public ValueTask OpenAsync(CancellationToken cancellationToken = default) => default;

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
        if (history is null && idempotencyKey is null && !IsHeard(topic))
        {
            return new ValueTask<long>(0);
        }
        var stream = Enter(topic);
        try
        {
            return new ValueTask<long>(idempotencyKey is null
                ? Publish(stream, topic, name, data, recipients, history)
                : PublishOnce(stream, topic, name, data, recipients, history, idempotencyKey));
        }
        finally
        {
            stream.Gate.Exit();
        }
    }

    /// <summary>
    /// Delivers an event that has its place in a history elsewhere: for backplanes that keep history by themselves and let this one
    /// know who hears what in the process.
    /// </summary>
    /// <param name="publication">The event; those of one topic come one after the other, in order.</param>
    public void Deliver(Publication publication)
    {
        ArgumentNullException.ThrowIfNull(publication);
        if (!IsHeard(publication.Topic) || _isClosed)
        {
            return;
        }
        var stream = Enter(publication.Topic);
        try
        {
            Deliver(stream, publication);
            ForgetIfIdle(publication.Topic, stream);
        }
        finally
        {
            stream.Gate.Exit();
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
        var stream = Enter(topic);
        try
        {
            stream.Add(deliver);
            return new ValueTask<IAsyncDisposable>(new Subscription(this, topic, stream, deliver));
        }
        finally
        {
            stream.Gate.Exit();
        }
    }

    /// <inheritdoc/>
    public ValueTask<HistoryPage> ReadAsync(
        string topic, HistoryPolicy history, StreamPosition? since, int newest, CancellationToken cancellationToken = default) =>
        new(Read(topic, history, (since, newest), static (kept, asked) => kept.Read(asked.since, asked.newest)));

    /// <inheritdoc/>
    public ValueTask<HistoryPage> ReadBeforeAsync(
        string topic, HistoryPolicy history, long before, int limit, CancellationToken cancellationToken = default) =>
        new(Read(topic, history, (before, limit), static (kept, asked) => kept.ReadBefore(asked.before, asked.limit)));

    /// <summary>Forgets everything; nobody hears anything any more.</summary>
    public void Dispose()
    {
        _isClosed = true;
        _sweep.Dispose();
        _wildcards = null;
        foreach (var (_, stream) in _streams)
        {
            lock (stream.Gate)
            {
                stream.IsForgotten = true;
                stream.RemoveAll();
            }
        }
        _streams.Clear();
    }

    // A topic that never published has nothing that a client could have missed: it has the same epoch, at offset 0,
    // however often it is forgotten and made again, until another topic's history is forgotten.
    private string NewEpoch() => string.Create(CultureInfo.InvariantCulture, $"{_node}-{Interlocked.Read(ref _forgotten):x}");

    // The topic's stream, made if there is none, with its lock held.
    private TopicStream Enter(string topic)
    {
        while (true)
        {
            if (_isClosed)
            {
                throw new BackplaneException("The backplane is closed: the app has stopped.");
            }
            var stream = _streams.GetOrAdd(topic, static (_, self) => new TopicStream(self.NewEpoch(), self._time.GetTimestamp()), this);
            stream.Gate.Enter();
            if (!stream.IsForgotten)
            {
                return stream;
            }
            stream.Gate.Exit();
            // Whoever forgets takes it out as its last act, within the lock, except on closing.
            _streams.TryRemove(new KeyValuePair<string, TopicStream>(topic, stream));
        }
    }

    private HistoryPage Read<TAsked>(string topic, HistoryPolicy policy, TAsked asked, Func<History, TAsked, HistoryPage> read)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(policy);
        if (!_streams.TryGetValue(topic, out var stream))
        {
            return read(new History(NewEpoch()), asked);
        }
        lock (stream.Gate)
        {
            var now = _time.GetTimestamp();
            stream.Policy = policy;
            stream.TouchedAt = now;
            stream.History.Trim(policy, now, _time);
            return read(stream.History, asked);
        }
    }

    // Within the stream's lock a topic's keys are looked up and added as one step.
    private long PublishOnce(
        TopicStream stream, string topic, string name, EventData data, Recipients recipients, HistoryPolicy? policy, string key)
    {
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
            var now = _time.GetTimestamp();
            stream.Policy = policy;
            stream.TouchedAt = now;
            publication = stream.History.Append(topic, name, data, recipients, policy, now, _time);
        }
        Deliver(stream, publication);
        if (policy is null)
        {
            // It may have been made for this event alone, which only a wildcard heard.
            ForgetIfIdle(topic, stream);
        }
        return publication.Offset;
    }

    // Within the lock: that is what keeps deliveries in the order of the offsets.
    private void Deliver(TopicStream stream, Publication publication)
    {
        foreach (var deliver in stream.Subscribers)
        {
            deliver(publication);
        }
        foreach (var (wildcard, deliver) in _wildcards ?? [])
        {
            if (TopicWildcard.Matches(wildcard, publication.Topic))
            {
                deliver(publication);
            }
        }
    }

    private bool IsHeard(string topic) => _streams.ContainsKey(topic)
        || (_wildcards is { } wildcards && Array.Exists(wildcards, entry => TopicWildcard.Matches(entry.Wildcard, topic)));

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
            lock (stream.Gate)
            {
                if (stream.Policy is { } policy)
                {
                    stream.History.Trim(policy, now, _time);
                }
                if (stream.Subscribers.Length == 0 && _time.GetElapsedTime(stream.TouchedAt, now) >= IdleLimit)
                {
                    stream.History.Clear();
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

    private void Leave(string topic, TopicStream stream, Action<Publication> deliver)
    {
        lock (stream.Gate)
        {
            stream.Remove(deliver);
            stream.TouchedAt = _time.GetTimestamp();
            ForgetIfIdle(topic, stream);
        }
    }

    private sealed class WildcardSubscription(InMemoryBackplane backplane, string wildcard, Action<Publication> deliver) : IAsyncDisposable
    {
        private bool _isDisposed;

        public ValueTask DisposeAsync()
        {
            if (!Interlocked.Exchange(ref _isDisposed, true))
            {
                lock (backplane._wildcardGate)
                {
                    var all = backplane._wildcards ?? [];
                    var index = Array.IndexOf(all, (wildcard, deliver));
                    backplane._wildcards = all.Length <= 1 ? null : [.. all[..index], .. all[(index + 1)..]];
                }
            }
            return default;
        }
    }

    private sealed class Subscription(InMemoryBackplane backplane, string topic, TopicStream stream, Action<Publication> deliver) : IAsyncDisposable
    {
        private bool _isDisposed;

        public ValueTask DisposeAsync()
        {
            if (!Interlocked.Exchange(ref _isDisposed, true))
            {
                backplane.Leave(topic, stream, deliver);
            }
            return default;
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace Realtime.Sockets;

/// <summary>What is measured of sockets and topics: the meter <c>Realtime.Sockets</c>, listed in docs/guide/operating.md.</summary>
/// <remarks>Nothing is measured for each delivery: a fan-out says its number once, and times one of its deliveries.</remarks>
internal sealed class SocketMeters : IDisposable
{
    public const string Name = "Realtime.Sockets";

    private readonly ConcurrentDictionary<ConnectionKind, StrongBox<long>> _connections = new();
    private readonly SocketHost _host;
    private readonly Meter _meter;
    private readonly bool _isOwn;
    private readonly Counter<long> _closes;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _joins;
    private readonly Counter<long> _received;
    private readonly Counter<long> _deliveries;
    private readonly Histogram<double> _processing;
    private readonly Histogram<double> _publishing;
    private readonly Histogram<double> _delivering;

    /// <summary>Makes the instruments.</summary>
    /// <param name="factory">Makes the meter where the app's services have one; it is then the factory's to dispose of.</param>
    /// <param name="host">Whose sockets they are.</param>
    public SocketMeters(IMeterFactory? factory, SocketHost host)
    {
        _host = host;
        _isOwn = factory is null;
        _meter = factory?.Create(Name) ?? new Meter(Name);
        _closes = _meter.CreateCounter<long>("realtime.server.closes", "{connection}", "Connections that ended, by close code.");
        _refusals = _meter.CreateCounter<long>("realtime.server.refused_handshakes", "{handshake}", "Handshakes that were refused, by reason.");
        _joins = _meter.CreateCounter<long>("realtime.server.joins", "{join}", "Clients that became members of a topic.");
        _received = _meter.CreateCounter<long>("realtime.server.received_messages", "{message}", "Messages of clients, by type.");
        _deliveries = _meter.CreateCounter<long>("realtime.server.deliveries", "{event}", "Events queued for members, replayed ones included.");
        var times = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };
        _processing = _meter.CreateHistogram("messaging.process.duration", "s", "How long handlers of events took.", tags: null, times);
        _publishing = _meter.CreateHistogram("messaging.client.operation.duration", "s", "How long publishing took: the append to the history, and the fan-out of this node.", tags: null, times);
        _delivering = _meter.CreateHistogram("realtime.server.delivery.duration", "s", "From the fan-out of a publication to the write of one of its deliveries.", tags: null, times);
        _meter.CreateObservableUpDownCounter("realtime.server.active_connections", MeasureConnections, "{connection}", "Connections that are open.");
        _meter.CreateObservableUpDownCounter("realtime.server.active_topics", () => (long)_host.ActiveTopics, "{topic}", "Topics that somebody on this node hears.");
        _meter.CreateObservableGauge("realtime.server.queued_bytes", () => _host.QueuedBytes, "By", "Bytes that wait for clients to read them.");
        _meter.CreateObservableCounter("realtime.server.drops", MeasureDrops, "{drop}", "What slow readers have missed: events left out, or connections closed with 3008, by policy.");
    }

    /// <summary>How many connections are open.</summary>
    public long Connections => _connections.Values.Sum(static count => Volatile.Read(ref count.Value));

    public ConnectionKind Opened(ConnectionKind kind)
    {
        Interlocked.Increment(ref _connections.GetOrAdd(kind, static _ => new StrongBox<long>()).Value);
        return kind;
    }

    public void Closed(ConnectionKind kind, int code)
    {
        Interlocked.Decrement(ref _connections[kind].Value);
        if (_closes.Enabled)
        {
            // A peer may send any code: only those that mean something to the server are told apart.
            _closes.Add(1, new("realtime.close.code", code is >= 1000 and <= 1015 or >= 3000 and <= 3999 ? code : 4000), new("realtime.transport", kind.Transport));
        }
    }

    public void Refused(string reason) => _refusals.Add(1, new KeyValuePair<string, object?>("realtime.refusal.reason", reason));

    public void Joined(string pattern) => _joins.Add(1, new KeyValuePair<string, object?>("messaging.destination.template", pattern));

    public void Received(ClientMessageType type)
    {
        if (_received.Enabled)
        {
            _received.Add(1, new KeyValuePair<string, object?>("realtime.message.type", NameOf(type)));
        }
    }

    public void Delivered(int count)
    {
        if (count > 0)
        {
            _deliveries.Add(count);
        }
    }

    /// <summary>Begins to time one delivery; null where nobody asks.</summary>
    public DeliverySample? Sample() => _delivering.Enabled ? new DeliverySample(_delivering, _host.Time) : null;

    /// <summary>Calls an event's handler, timed and traced where somebody listens.</summary>
    public ValueTask<object?> HandleAsync(TopicHandler handler, Member member, ClientMessage message) => _processing.Enabled || SocketActivities.AreHeard
        ? WatchAsync(handler, member, message)
        : handler.InvokeAsync(member, message.Data);

    /// <summary>Waits for a publish, timed and traced where somebody listens.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="publish">Publishes.</param>
    /// <param name="state">What it needs.</param>
    public ValueTask<long> PublishAsync<TState>(Topic topic, string name, Func<TState, ValueTask<long>> publish, TState state) => _publishing.Enabled || SocketActivities.AreHeard
        ? WatchAsync(topic, name, publish, state)
        : publish(state);

    public void Dispose()
    {
        if (_isOwn)
        {
            _meter.Dispose();
        }
    }

    private async ValueTask<object?> WatchAsync(TopicHandler handler, Member member, ClientMessage message)
    {
        using var activity = SocketActivities.Handle(member.Topic, message.Event);
        var started = _host.Time.GetTimestamp();
        string? error = null;
        try
        {
            return await handler.InvokeAsync(member, message.Data);
        }
        catch (Exception exception)
        {
            SocketActivities.Fail(activity, exception);
            error = SocketActivities.ErrorType(exception);
            throw;
        }
        finally
        {
            Record(_processing, started, "process", member.Topic, error);
        }
    }

    private async ValueTask<long> WatchAsync<TState>(Topic topic, string name, Func<TState, ValueTask<long>> publish, TState state)
    {
        using var activity = SocketActivities.Publish(topic, name);
        var started = _host.Time.GetTimestamp();
        string? error = null;
        try
        {
            return await publish(state);
        }
        catch (Exception exception)
        {
            SocketActivities.Fail(activity, exception);
            error = SocketActivities.ErrorType(exception);
            throw;
        }
        finally
        {
            Record(_publishing, started, "publish", topic, error);
        }
    }

    private void Record(Histogram<double> histogram, long started, string operation, Topic topic, string? error)
    {
        if (!histogram.Enabled)
        {
            return;
        }
        var tags = new TagList
        {
            { "messaging.system", "realtime" },
            { "messaging.operation.name", operation },
            { "messaging.destination.template", topic.Definition.Pattern.Text },
        };
        if (error is not null)
        {
            tags.Add("error.type", error);
        }
        histogram.Record(_host.Time.GetElapsedTime(started).TotalSeconds, tags);
    }

    private static string NameOf(ClientMessageType type) => type switch
    {
        ClientMessageType.Join => "join",
        ClientMessageType.Leave => "leave",
        ClientMessageType.Event => "event",
        ClientMessageType.History => "history",
        ClientMessageType.Ping => "ping",
        ClientMessageType.Authenticate => "authenticate",
        _ => "refused",
    };

    private IEnumerable<Measurement<long>> MeasureConnections()
    {
        foreach (var (kind, count) in _connections)
        {
            yield return new Measurement<long>(
                Volatile.Read(ref count.Value), new("realtime.transport", kind.Transport), new KeyValuePair<string, object?>("realtime.codec", kind.Codec));
        }
    }

    private IEnumerable<Measurement<long>> MeasureDrops()
    {
        const string Policy = "realtime.slow_consumer.policy";
        yield return new Measurement<long>(_host.Drops.Disconnected, new KeyValuePair<string, object?>(Policy, "disconnect"));
        yield return new Measurement<long>(_host.Drops.DroppedOldest, new KeyValuePair<string, object?>(Policy, "drop_oldest"));
        yield return new Measurement<long>(_host.Drops.Conflated, new KeyValuePair<string, object?>(Policy, "conflate"));
    }
}

using System.Diagnostics.Metrics;

namespace Realtime.Sockets.Tests.Diagnostics;

/// <summary>A meter factory of one app, whose measurements are added up.</summary>
internal sealed class RecordedMeters : IMeterFactory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, double> _sums = [];
    private readonly Dictionary<string, int> _counts = [];
    private readonly List<Meter> _meters = [];
    private readonly MeterListener _listener = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RecordedMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == this)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    /// <summary>The sum of all measurements under a name and the values of their tags, <c>realtime.server.closes:1000,web_sockets</c>.</summary>
    public double this[string key]
    {
        get
        {
            lock (_gate)
            {
                return _sums.GetValueOrDefault(key);
            }
        }
    }

    /// <summary>How many measurements there were under a name, whatever their tags.</summary>
    public int CountOf(string name)
    {
        lock (_gate)
        {
            return _counts.Where(pair => pair.Key.Split(':')[0] == name).Sum(static pair => pair.Value);
        }
    }

    /// <summary>Asks the instruments that are observed: what they said before is forgotten.</summary>
    public void Observe()
    {
        lock (_gate)
        {
            foreach (var key in _sums.Keys.Where(static key => key.Contains("active") || key.Contains("queued") || key.Contains("drops")).ToArray())
            {
                _sums.Remove(key);
            }
        }
        _listener.RecordObservableInstruments();
    }

    public async Task WaitAsync(Func<RecordedMeters, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }
            if (isSo(this))
            {
                return;
            }
            await changed.WaitAsync(patience.Token);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meters.ForEach(static meter => meter.Dispose());
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = instrument.Name;
        for (var index = 0; index < tags.Length; index++)
        {
            key += $"{(index == 0 ? ':' : ',')}{tags[index].Value}";
        }
        TaskCompletionSource changed;
        lock (_gate)
        {
            _sums[key] = _sums.GetValueOrDefault(key) + value;
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.TrySetResult();
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Realtime.Jobs;

public sealed class JobMeterTests
{
    [Fact]
    public async Task Enqueues_and_attempts_are_measured_under_the_conventions_names()
    {
        using var meters = new Meters();
        await using var bench = new Workbench(services: services => services.AddSingleton<IMeterFactory>(meters));
        var ok = bench.Queue.Define<int>("ok", (int args) => { });
        var bad = bench.Queue.Define<int>("bad", (Action<int>)(static args => throw new FormatException("No.")), new JobOptions { MaxAttempts = 1 });
        await bench.StartAsync();

        await ok.EnqueueManyAsync([1, 2]);
        await bad.EnqueueAsync(3);
        await bench.Queue.DrainAsync(Workbench.Soon);

        Assert.Equal(3, meters.Sum("messaging.client.sent.messages"));
        Assert.Equal(3, meters.Sum("messaging.client.consumed.messages"));
        Assert.Equal(0, meters.Sum("realtime.job.running"));
        Assert.Equal(2, meters.Count("messaging.client.operation.duration"));
        Assert.Equal(3, meters.Count("messaging.process.duration"));
        Assert.Equal(3, meters.Count("realtime.job.wait.duration"));
        Assert.Equal(3, meters.Sum("realtime.job.attempts"));
        var failed = Assert.Single(meters.Of("messaging.process.duration"), static measured => measured.Tags.ContainsKey("error.type"));
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["messaging.system"] = "realtime",
                ["messaging.operation.name"] = "process",
                ["messaging.destination.name"] = "default",
                ["realtime.job.name"] = "bad",
                ["error.type"] = "System.FormatException",
            },
            failed.Tags);
        var sent = Assert.Single(meters.Of("messaging.client.sent.messages"), static measured => measured.Value == 2);
        Assert.Equal(("enqueue", "send"), (sent.Tags["messaging.operation.name"], sent.Tags["messaging.operation.type"]));
        Assert.Equal("failed", Assert.Single(meters.Of("realtime.job.attempts"), static measured => Equals(measured.Tags["realtime.job.name"], "bad")).Tags["realtime.job.outcome"]);
    }

    [Fact]
    public async Task What_waits_is_counted_for_those_who_ask()
    {
        using var meters = new Meters();
        await using var bench = new Workbench(services: services => services.AddSingleton<IMeterFactory>(meters));
        var job = bench.Queue.Define<int>("job", options: new JobOptions { Queue = "nobody's" });
        await bench.StartAsync();
        await job.EnqueueManyAsync([1, 2]);

        await bench.Queue.Runtime.Meters.CountAsync(bench.Store, default);

        var queued = Assert.Single(meters.Of("realtime.job.queued"));
        Assert.Equal((2.0, "nobody's", "available"), (queued.Value, queued.Tags["messaging.destination.name"], queued.Tags["realtime.job.state"]));
    }

    private sealed class Meters : IMeterFactory
    {
        private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> _measured = new();
        private readonly MeterListener _listener = new();
        private readonly List<Meter> _meters = [];

        public Meters()
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
            var meter = new Meter(options.Name, options.Version, options.Tags, scope: this);
            _meters.Add(meter);
            return meter;
        }

        public IEnumerable<(string Name, double Value, Dictionary<string, object?> Tags)> Of(string name)
        {
            _listener.RecordObservableInstruments();
            return _measured.Where(measured => measured.Name == name);
        }

        public double Sum(string name) => Of(name).Sum(static measured => measured.Value);

        public int Count(string name) => Of(name).Count();

        public void Dispose()
        {
            _listener.Dispose();
            _meters.ForEach(static meter => meter.Dispose());
        }

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            _measured.Enqueue((instrument.Name, value, new Dictionary<string, object?>(tags.ToArray())));
    }
}

using System.Net.Sockets;
using Realtime.LoadClient.Measuring;
using Realtime.LoadClient.Reporting;
using Realtime.LoadClient.Wire;

namespace Realtime.LoadClient.Scenarios;

/// <summary>
/// One run on one thread: whoever waits here waits for all sockets and for the next moment that matters. What the kinds of run share: the loop, the
/// samples, the use of processors, the report.
/// </summary>
internal abstract class Load : IDisposable
{
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly int[] _ready = new int[256];
    private readonly Poller _poller = Poller.Create();
    private readonly LatencyHistogram _interval = new();
    private readonly List<Sample> _timeline = [];
    private long _intervalCount;
    private long _intervalFrom;
    private long _nextSample;
    private long _nextShow;
    private Usage? _before;
    private Usage? _after;

    protected Load(LoadPlan plan, Board board)
    {
        Plan = plan;
        Board = board;
        Target = Target.Of(plan.Url, plan.IsRemote);
        Idle = ProcessUse.Of(plan.ServerProcess);
    }

    protected LoadPlan Plan { get; }

    protected Board Board { get; }

    protected Target Target { get; }

    /// <summary>The clock, read once for each socket that has something.</summary>
    protected long Now { get; private set; } = Clock.Now();

    protected LatencyHistogram Latency { get; } = new();

    /// <summary>How late this client itself sent what was due: its own fault, or its machine's.</summary>
    protected LatencyHistogram SendLag { get; } = new();

    protected LatencyHistogram OpenLatency { get; } = new();

    /// <summary>What went wrong, by kind.</summary>
    protected SortedDictionary<string, long> Errors { get; } = new(StringComparer.Ordinal);

    protected List<string> Warnings { get; } = [];

    protected long StartedAt { get; private set; }

    protected long MeasuredFrom { get; set; }

    protected long MeasuredTo { get; set; }

    protected bool IsInterrupted { get; private set; }

    /// <summary>What the server used before the first connection.</summary>
    protected ProcessUse Idle { get; }

    /// <summary>What it used while it held all connections.</summary>
    protected ProcessUse Holding { get; set; }

    /// <summary>How much is counted so far of what the run is about.</summary>
    protected abstract long Done { get; }

    protected abstract long Faults { get; }

    protected abstract int Open { get; }

    /// <summary>Runs to the end, or until it is stopped; then the report is of what there was.</summary>
    /// <exception cref="LoadException">It could not begin.</exception>
    public LoadReport Run(CancellationToken stop)
    {
        using var registration = stop.Register(() => IsInterrupted = true);
        var from = Now = Clock.Now();
        Connect();
        ConnectSeconds = (double)(Clock.Now() - from) / Clock.Second;
        Now = StartedAt = _intervalFrom = Clock.Now();
        _nextSample = StartedAt + Clock.Second;
        Measure();
        Board.Show(Snapshot("done", 1));
        var report = Describe();
        return report with { ExitCode = report.IsSound ? 0 : 1 };
    }

    public virtual void Dispose() => _poller.Dispose();

    protected double ConnectSeconds { get; private set; }

    protected abstract void Connect();

    protected abstract void Measure();

    protected abstract LoadReport Describe();

    /// <summary>What is ready on a socket.</summary>
    protected abstract void Ready(int tag, byte[] buffer);

    /// <summary>Between two sockets: what is due by now.</summary>
    protected virtual void Due()
    {
    }

    protected void Watch(Connection connection, int tag) => _poller.Add(connection.Socket, tag);

    protected void Unwatch(Connection connection)
    {
        try
        {
            _poller.Remove(connection.Socket);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or System.ComponentModel.Win32Exception)
        {
            // Gone already.
        }
    }

    /// <summary>Waits until something is ready or a moment comes, and handles it.</summary>
    protected void Turn(long until)
    {
        var count = _poller.Wait(_ready, Math.Max(Now + 1, Math.Min(until, Math.Min(_nextSample == 0 ? long.MaxValue : _nextSample, Now + (Clock.Second / 4)))));
        Now = Clock.Now();
        for (var index = 0; index < count; index++)
        {
            Due();
            Ready(_ready[index], _buffer);
            Now = Clock.Now();
        }
        Due();
    }

    protected void Record(long latency)
    {
        Latency.Record(latency);
        _interval.Record(latency);
    }

    protected void Fail(string kind, long count = 1) => Errors[kind] = Errors.GetValueOrDefault(kind) + count;

    /// <summary>Notes the use of processors where the measured span begins and ends, and takes the samples.</summary>
    protected void Observe(string phase, double share)
    {
        if (MeasuredFrom > 0 && _before is null && Now >= MeasuredFrom)
        {
            _before = Usage.Of(Plan);
        }
        if (MeasuredTo > 0 && _after is null && Now >= MeasuredTo)
        {
            _after = Usage.Of(Plan);
        }
        if (StartedAt > 0 && Now >= _nextSample)
        {
            TakeSample();
        }
        if (Now >= _nextShow)
        {
            _nextShow = Now + (Clock.Second / 4);
            Board.Show(Snapshot(phase, share));
        }
    }

    /// <summary>Ends the measured span where it has not ended by itself.</summary>
    protected void Finish()
    {
        Now = Clock.Now();
        if (MeasuredTo == 0 || MeasuredTo > Now)
        {
            MeasuredTo = Now;
        }
        _before ??= Usage.Of(Plan);
        _after ??= Usage.Of(Plan);
        TakeSample();
    }

    /// <summary>The report's parts that every kind of run has.</summary>
    protected LoadReport Describe(string unit, LoadReport.MessageCounts messages, LoadReport.ConnectionCounts connections, double perSecond)
    {
        var use = Usage.Between(_before ?? Usage.Of(Plan), _after ?? Usage.Of(Plan));
        Warn(use.Client);
        return new LoadReport
        {
            Plan = LoadReport.PlanFacts.Of(Plan),
            Unit = unit,
            Started = TimeProvider.System.GetUtcNow().AddSeconds(-(double)(Clock.Now() - StartedAt) / Clock.Second).ToString("yyyy-MM-dd HH:mm:ss", null) + " UTC",
            IsInterrupted = IsInterrupted,
            Seconds = (double)Math.Max(0, MeasuredTo - MeasuredFrom) / Clock.Second,
            Messages = messages,
            Connections = connections,
            PerSecond = perSecond,
            Latency = LoadReport.Latencies.Of(Latency),
            SendLag = LoadReport.Latencies.Of(SendLag),
            Client = new LoadReport.ClientUse(use.Client, ProcessUse.Of(Environment.ProcessId).Peak),
            Server = Plan.ServerProcess == 0 ? null : new LoadReport.ServerUse(use.Server, use.Others, Idle.Resident, Holding.Resident, ProcessUse.Of(Plan.ServerProcess).Peak),
            Errors = Errors,
            Warnings = Warnings,
            Timeline = Thin(_timeline),
            Percentiles = LoadReport.Percentile.Of(Latency),
        };
    }

    private void Warn(double client)
    {
        if (client > 0.85)
        {
            Warnings.Add($"This client used {client:P0} of a core: it may have been the limit, not the server. Give it a core of its own, or spread the load over several clients.");
        }
        if (SendLag.Count > 0 && SendLag.At(0.99) is var lag && lag > 10 * Clock.Millisecond)
        {
            Warnings.Add($"This client sent 1 % of its messages more than {lag / Clock.Millisecond:N0} ms late: its machine was busy, and the latencies hold that time.");
        }
    }

    private void TakeSample()
    {
        var seconds = (double)(Now - _intervalFrom) / Clock.Second;
        // What trickles in behind the end would look like a fall.
        if (seconds > 0.2 && StartedAt > 0 && (_timeline.Count == 0 || MeasuredTo == 0 || _intervalFrom + (Clock.Second / 2) < MeasuredTo))
        {
            var done = Done;
            _timeline.Add(new Sample(
                Math.Round((double)(Now - StartedAt) / Clock.Second, 2), Math.Round((done - _intervalCount) / seconds, 1),
                Milliseconds(0.5), Milliseconds(0.99), Milliseconds(1), Open));
            (_intervalCount, _intervalFrom) = (done, Now);
            _interval.Clear();
        }
        _nextSample = Now + Clock.Second;

        double Milliseconds(double fraction) => Math.Round(_interval.At(fraction) / (double)Clock.Millisecond, 3);
    }

    private Snapshot Snapshot(string phase, double share) => new(
        phase, Math.Clamp(share, 0, 1), Open, Plan.Connections, Done, Faults, Errors.Values.Sum(), _timeline.Count > 0 ? _timeline[^1] : default,
        Latency.At(0.5) / (double)Clock.Millisecond, Latency.At(0.99) / (double)Clock.Millisecond, Latency.Max / (double)Clock.Millisecond);

    /// <summary>At most 240 samples: neighbours become one.</summary>
    private static List<Sample> Thin(List<Sample> samples)
    {
        while (samples.Count > 240)
        {
            samples = [.. samples.Chunk(2).Select(static pair => pair.Length == 1 ? pair[0] : Sample.Join(pair[0], pair[1]))];
        }
        return samples;
    }

    /// <summary>A reason for a connection that could not be made, in two or three words.</summary>
    protected static string Reason(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connect refused",
        SocketError.TimedOut or SocketError.WouldBlock => "connect timeout",
        SocketError.TooManyOpenSockets => "too many open files",
        SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse => "no port left",
        _ => $"connect {exception.SocketErrorCode}",
    };
}

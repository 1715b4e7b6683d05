using System.Text;

namespace Realtime.Benchmarks.Load;

/// <summary>
/// Publishes at a fixed rate over one connection and receives on many others, on one thread, checking every delivery.
/// </summary>
/// <remarks>
/// The schedule does not wait for anybody: a message carries the time at which it was due, and its latency counts from there, so a
/// server that stalls the publisher is charged for the stall.
/// </remarks>
internal sealed class BroadcastLoad : IDisposable
{
    private const long Second = 1_000_000_000;
    private const long Patience = 5 * Second;
    private const long LongestDrain = 15 * Second;
    private const long PingEvery = 10 * Second;

    private readonly BroadcastPlan _plan;
    private readonly Dialect _dialect;
    private readonly byte[] _ping;
    private readonly List<RawWebSocket> _receivers = [];
    private readonly List<DeliveryLedger> _ledgers = [];
    private readonly LatencyHistogram _latency = new();
    private readonly Dictionary<int, int> _closed = [];
    private readonly Poller _poller = new();
    private RawWebSocket? _publisher;
    private DeliveryLedger _current = new();
    private long _received;
    private long _damaged;
    private long _now;
    private long _lastArrival;
    private long _backlog;
    private int _published;
    private int _pinged;

    public BroadcastLoad(BroadcastPlan plan)
    {
        _plan = plan;
        _dialect = Dialect.Named(plan.Dialect);
        _ping = Encoding.UTF8.GetBytes(_dialect.Ping);
    }

    public BroadcastResult Run()
    {
        Connect();
        var start = Stamp.Now() + (Second / 10);
        var measuredFrom = start + _plan.DueAt(_plan.Uncounted);
        var end = start + _plan.DueAt(_plan.Messages);
        (ProcessUse Server, TimeSpan Load, double Busy) before = default;
        (ProcessUse Server, TimeSpan Load, double Busy) after = default;

        _lastArrival = start;
        Span<int> ready = stackalloc int[256];
        RawWebSocket.Deliver deliver = Count;
        while (!IsDone(end))
        {
            _now = Stamp.Now();
            _poller.WakeAt(NextWake(start, end));
            var count = _poller.Wait(ready);
            for (var index = 0; index < count; index++)
            {
                PublishDue(start);
                if (ready[index] >= 0)
                {
                    Receive(ready[index], deliver);
                }
            }
            PublishDue(start);
            PingDue(start);
            if (before.Load == default && _now >= measuredFrom)
            {
                before = Use();
            }
            if (after.Load == default && _now >= end)
            {
                after = Use();
            }
        }
        return Sum(measuredFrom, before, after);
    }

    public void Dispose()
    {
        _receivers.ForEach(static receiver => receiver.Dispose());
        _poller.Dispose();
    }

    private void Connect()
    {
        for (var index = 0; index < _plan.Receivers; index++)
        {
            _publisher = RawWebSocket.Connect(_plan.Port, _dialect.Path, _dialect.Subprotocol);
            _receivers.Add(_publisher);
            _ledgers.Add(new DeliveryLedger());
            foreach (var (send, answer) in _dialect.Opening)
            {
                _publisher.Ask(send, answer);
            }
        }
        // The last one in publishes, and hears its own messages, as it would in a chat.
        for (var index = 0; index < _receivers.Count; index++)
        {
            _receivers[index].StopBlocking();
            _poller.Add(_receivers[index].Descriptor, index);
        }
    }

    private bool IsDone(long end)
    {
        if (_published < _plan.Messages)
        {
            return _closed.Count > 0 && _closed.Values.Sum() == _receivers.Count;
        }
        if (_now - end > LongestDrain)
        {
            return true;
        }
        // Long enough that a delivery too many is seen too.
        var quiet = _received >= (long)_plan.Messages * _receivers.Count ? Second / 4 : Patience;
        return _now - Math.Max(_lastArrival, end) > quiet;
    }

    private long NextWake(long start, long end)
    {
        if (_publisher!.Unsent > 0)
        {
            return _now + (Second / 1_000);
        }
        var due = _published < _plan.Messages ? start + _plan.DueAt(_published) : Math.Max(_now, end) + (Second / 20);
        return Math.Max(_now + 1, due);
    }

    private void PublishDue(long start)
    {
        _now = Stamp.Now();
        _publisher!.Flush();
        while (_published < _plan.Messages && start + _plan.DueAt(_published) is var due && due <= _now)
        {
            _publisher.Send(Encoding.UTF8.GetBytes(_dialect.Publish(Stamp.Write(_published + 1, due, _plan.Size))));
            _published++;
            _backlog = Math.Max(_backlog, _publisher.Unsent);
        }
    }

    private void PingDue(long start)
    {
        // One connection after the other, so that keeping them alive is no burst.
        var due = (_now - start) * _receivers.Count / PingEvery;
        for (; _pinged < due; _pinged++)
        {
            _receivers[_pinged % _receivers.Count].Send(_ping);
        }
    }

    private void Receive(int index, RawWebSocket.Deliver deliver)
    {
        _current = _ledgers[index];
        var receiver = _receivers[index];
        _now = Stamp.Now();
        receiver.Read(deliver);
        if (receiver.ClosedWith is { } code)
        {
            _poller.Remove(receiver.Descriptor);
            _closed[code] = _closed.GetValueOrDefault(code) + 1;
        }
    }

    /// <summary>Counts what a message holds: in SignalR's dialect one message may hold several records.</summary>
    private void Count(ReadOnlySpan<byte> message)
    {
        for (var at = message.IndexOf(Stamp.Mark); at >= 0; at = message.IndexOf(Stamp.Mark))
        {
            message = message[at..];
            if (message.Length < _plan.Size || !Stamp.TryRead(message, out var number, out var due))
            {
                _damaged++;
                return;
            }
            _current.Add(number);
            _received++;
            _lastArrival = _now;
            if (number > _plan.Uncounted)
            {
                _latency.Record(_now - due);
            }
            message = message[_plan.Size..];
        }
    }

    private (ProcessUse Server, TimeSpan Load, double Busy) Use() =>
        (ProcessUse.Of(_plan.ServerProcess), Environment.CpuUsage.TotalTime, CoreUse.Busy(_plan.ServerCore));

    private BroadcastResult Sum(
        long measuredFrom, (ProcessUse Server, TimeSpan Load, double Busy) before, (ProcessUse Server, TimeSpan Load, double Busy) after)
    {
        var span = (double)Math.Max(1, _lastArrival - measuredFrom) / Second;
        return new BroadcastResult
        {
            Expected = (long)_plan.Messages * _receivers.Count,
            Received = _received,
            Missing = _ledgers.Sum(ledger => (long)ledger.MissingOf(_plan.Messages)),
            Doubled = _ledgers.Sum(static ledger => (long)ledger.Doubled),
            OutOfOrder = _ledgers.Sum(static ledger => (long)ledger.OutOfOrder),
            Damaged = _damaged,
            Closed = _closed,
            DeliveriesPerSecond = _latency.Count / span,
            P50 = Milliseconds(0.5),
            P90 = Milliseconds(0.9),
            P99 = Milliseconds(0.99),
            P999 = Milliseconds(0.999),
            Max = Milliseconds(1),
            LoadCpu = (after.Load - before.Load).TotalSeconds / _plan.Seconds,
            ServerCpu = (after.Server.Cpu - before.Server.Cpu) / _plan.Seconds,
            Others = Math.Max(0, after.Busy - before.Busy - after.Server.Cpu + before.Server.Cpu) / _plan.Seconds,
            ServerMemory = after.Server.Memory,
            PublisherBacklog = _backlog,
        };
    }

    private double Milliseconds(double fraction) => _latency.At(fraction) / 1_000_000.0;
}

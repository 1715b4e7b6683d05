using Realtime.LoadClient.Checking;
using Realtime.LoadClient.Measuring;
using Realtime.LoadClient.Reporting;

namespace Realtime.LoadClient.Scenarios;

/// <summary>
/// Connections in topics, some of which speak to a schedule, and all of which check what they hear: fan-out, and with other numbers echo at a rate,
/// idle connections and readers that stop reading.
/// </summary>
internal sealed class TopicLoad : WebSocketLoad
{
    private const long Patience = 5 * Clock.Second;
    private const long LongestDrain = 15 * Clock.Second;

    private readonly Schedule _schedule;
    private readonly SortedDictionary<string, long> _slowEnded = new(StringComparer.Ordinal);
    private readonly HashSet<Client> _backlogged = [];
    private int _next;
    private long _deliveriesMeasured;
    private long _lost;
    private long _connectionsLost;

    public TopicLoad(LoadPlan plan, Board board)
        : base(plan, board) =>
        _schedule = new Schedule(plan.Publishers == 0 ? 0 : plan.Rate, plan.WarmUp, plan.Settle, plan.Duration, plan.Count);

    protected override long Done => Received;

    protected override long Faults => Corrupt;

    protected override void Connect()
    {
        base.Connect();
        foreach (var client in Clients)
        {
            if (client is not { IsReady: true })
            {
                continue;
            }
            client.Ledgers = [.. Enumerable.Range(0, Senders(client.Topic)).Select(static _ => new Ledger())];
            if (client.Index < Plan.Publishers)
            {
                client.Message = Protocol.Message(client.TopicName, client.User);
            }
            if (client.IsSlow)
            {
                Unwatch(client.Connection!);
            }
        }
    }

    protected override void Measure()
    {
        MeasuredFrom = StartedAt + _schedule.MeasuredFrom;
        MeasuredTo = StartedAt + _schedule.End;
        while (!IsOver())
        {
            Turn(NextWake());
            PingDue(StartedAt);
            var elapsed = Now - StartedAt;
            Observe(Phase(elapsed), (double)elapsed / Math.Max(1, _schedule.End));
        }
        Holding = ProcessUse.Of(Plan.ServerProcess);
        Finish();
        ReadRestOfSlow();
    }

    protected override void Due()
    {
        while (_backlogged.Count > 0 && _backlogged.FirstOrDefault(static client => client.Connection is null or { Unsent: 0 }) is { } done)
        {
            _backlogged.Remove(done);
        }
        foreach (var client in _backlogged)
        {
            client.Connection?.Flush();
        }
        while (!IsInterrupted && _next < _schedule.Messages && StartedAt > 0 && StartedAt + _schedule.DueAt(_next) is var due && due <= Now)
        {
            Publish(Clients[_next % Plan.Publishers], Now - due);
        }
    }

    protected override bool Arrived(Client client, int sender, int number)
    {
        var inOrder = client.Ledgers[sender / Plan.Topics].Add(number);
        if (client.IsSlow)
        {
            return inOrder;
        }
        Received++;
        var message = ((number - 1) * Plan.Publishers) + sender;
        if (message >= _schedule.Uncounted)
        {
            _deliveriesMeasured++;
            Record(Now - StartedAt - _schedule.DueAt(message));
        }
        return inOrder;
    }

    protected override void Ended(Client client, string why)
    {
        if (client.IsSlow)
        {
            _slowEnded[why] = _slowEnded.GetValueOrDefault(why) + 1;
            return;
        }
        _connectionsLost++;
        base.Ended(client, why);
    }

    protected override LoadReport Describe()
    {
        CloseEnvelopes();
        var fast = Clients.Where(static client => client is { Ledgers.Length: > 0, IsSlow: false }).ToArray();
        var (expected, received) = (fast.Sum(Expected), fast.Sum(static client => client.Ledgers.Sum(static ledger => (long)ledger.Received)));
        _lost = expected - received;
        var span = (double)Math.Max(1, Math.Max(LastArrival, MeasuredTo) - MeasuredFrom) / Clock.Second;
        var report = Describe(
            Plan.Scenario == ScenarioKind.Echo ? "round trips" : "deliveries",
            new LoadReport.MessageCounts(
                Clients.Sum(static client => (long)(client?.Sent ?? 0)), expected, received, _lost,
                fast.Sum(static client => client.Ledgers.Sum(static ledger => (long)ledger.Doubled)),
                fast.Sum(static client => client.OffsetFaults + client.Ledgers.Sum(static ledger => (long)ledger.OutOfOrder)),
                Corrupt, Foreign),
            new LoadReport.ConnectionCounts(OpenedCount, FailedCount, _connectionsLost, OpenedCount / ConnectSeconds, LoadReport.Latencies.Of(OpenLatency)),
            _deliveriesMeasured / span);
        return Plan.Slow == 0 ? report : report with { Slow = DescribeSlow() };
    }

    private void Publish(Client client, long lag)
    {
        if (_next >= _schedule.Uncounted)
        {
            SendLag.Record(lag);
        }
        _next++;
        if (!client.IsReady)
        {
            Fail("sender gone");
            return;
        }
        Say(client);
        if (client.Connection!.Unsent > 0)
        {
            _backlogged.Add(client);
        }
    }

    private bool IsOver()
    {
        if (ReadyCount == 0 && Clients.All(static client => client is not { IsReady: true }))
        {
            return true;
        }
        var end = IsInterrupted ? Math.Min(Now, MeasuredTo) : MeasuredTo;
        if (IsInterrupted && MeasuredTo > Now)
        {
            MeasuredTo = Now;
        }
        if (Now < end)
        {
            return false;
        }
        var last = Math.Max(LastArrival, end);
        if (_next == 0 || Now - end > LongestDrain)
        {
            return true;
        }
        // Long enough that a delivery too many is seen too.
        return Now - last > (IsAllHere() ? Clock.Second / 4 : Patience);
    }

    private bool IsAllHere()
    {
        foreach (var client in Clients)
        {
            if (client is { IsReady: true, IsSlow: false, Ledgers.Length: > 0 } && client.Ledgers.Sum(static ledger => ledger.Received) < Expected(client))
            {
                return false;
            }
        }
        return true;
    }

    private long NextWake() => _backlogged.Count > 0
        ? Now + Clock.Millisecond
        : _next < _schedule.Messages && !IsInterrupted ? StartedAt + _schedule.DueAt(_next) : Now + (Clock.Second / 20);

    private string Phase(long elapsed) =>
        elapsed > _schedule.End ? "waiting for the rest" : elapsed < _schedule.MeasuredFrom ? "warming up" : "measuring";

    /// <summary>How many speak in a topic.</summary>
    private int Senders(int topic) => (Plan.Publishers - topic + Plan.Topics - 1) / Plan.Topics;

    /// <summary>How much was said in a client's topic.</summary>
    private long Expected(Client client)
    {
        var expected = 0L;
        for (var sender = client.Topic; sender < Plan.Publishers; sender += Plan.Topics)
        {
            expected += Clients[sender].Sent;
        }
        return expected;
    }

    /// <summary>Those that stopped reading read at last: what is still there, and how the server ended them.</summary>
    private void ReadRestOfSlow()
    {
        var slow = Clients.Where(static client => client is { IsSlow: true, Connection: not null }).ToArray();
        foreach (var client in slow)
        {
            Watch(client.Connection!, client.Index);
        }
        for (var until = Clock.Now() + (2 * Clock.Second); slow.Length > 0 && Now < until && Array.Exists(slow, static client => client.Connection is not null);)
        {
            Turn(Now + (Clock.Second / 20));
        }
    }

    private LoadReport.SlowReaders DescribeSlow()
    {
        var slow = Clients.Where(static client => client is { IsSlow: true }).ToArray();
        var received = slow.Sum(static client => client.Ledgers.Sum(static ledger => (long)ledger.Received));
        return new LoadReport.SlowReaders(Plan.Slow, _slowEnded, received, slow.Sum(Expected) - received);
    }
}

using Realtime.LoadClient.Checking;
using Realtime.LoadClient.Measuring;
using Realtime.LoadClient.Reporting;

namespace Realtime.LoadClient.Scenarios;

/// <summary>
/// As many round trips as there can be: each connection speaks in a topic of its own, and again as soon as it has heard itself. How many there are is
/// what it measures; its latencies are those of a server with exactly one message of each connection.
/// </summary>
internal sealed class EchoLoad(LoadPlan plan, Board board) : WebSocketLoad(plan, board)
{
    private const long AnswerLimit = 10 * Clock.Second;
    private bool _isSending;
    private int _sent;
    private long _received;
    private long _measured;
    private long _connectionsLost;

    protected override long Done => _received;

    protected override long Faults => Corrupt;

    protected override void Connect()
    {
        base.Connect();
        foreach (var client in Clients)
        {
            if (client is { IsReady: true })
            {
                client.Message = Protocol.Message(client.TopicName, client.User);
                client.Ledgers = [new Ledger()];
            }
        }
    }

    protected override void Measure()
    {
        MeasuredFrom = StartedAt + (long)((Plan.WarmUp + Plan.Settle).TotalSeconds * Clock.Second);
        MeasuredTo = MeasuredFrom + (long)(Plan.Duration.TotalSeconds * Clock.Second);
        _isSending = true;
        foreach (var client in Clients)
        {
            Next(client);
        }
        while (Now < MeasuredTo && !IsInterrupted && _sent < Plan.Count && ReadyCount > 0)
        {
            Turn(MeasuredTo);
            PingDue(StartedAt);
            Observe(Now < MeasuredFrom ? "warming up" : "measuring", (double)(Now - StartedAt) / (MeasuredTo - StartedAt));
        }
        _isSending = false;
        Holding = ProcessUse.Of(Plan.ServerProcess);
        Finish();
        for (var until = Now + AnswerLimit; Now < until && Array.Exists(Clients, static client => IsWaiting(client));)
        {
            Turn(Now + (Clock.Second / 20));
        }
        // Long enough that an answer too many is seen too.
        for (var until = Now + (Clock.Second / 10); Now < until;)
        {
            Turn(until);
        }
    }

    protected override bool Arrived(Client client, int sender, int number)
    {
        var inOrder = client.Ledgers[0].Add(number);
        if (inOrder)
        {
            _received++;
            if (client.SentAt >= MeasuredFrom && Now <= MeasuredTo)
            {
                _measured++;
                Record(Now - client.SentAt);
            }
            Next(client);
        }
        return inOrder;
    }

    protected override void Ended(Client client, string why)
    {
        _connectionsLost++;
        base.Ended(client, why);
    }

    protected override LoadReport Describe()
    {
        CloseEnvelopes();
        var all = Clients.Where(static client => client is { Ledgers.Length: > 0 }).ToArray();
        var sent = all.Sum(static client => (long)client.Sent);
        var received = all.Sum(static client => (long)client.Ledgers[0].Received);
        return Describe(
            "round trips",
            new LoadReport.MessageCounts(
                sent, sent, received, sent - received, all.Sum(static client => (long)client.Ledgers[0].Doubled),
                all.Sum(static client => (long)client.OffsetFaults + client.Ledgers[0].OutOfOrder), Corrupt, Foreign),
            new LoadReport.ConnectionCounts(OpenedCount, FailedCount, _connectionsLost, OpenedCount / ConnectSeconds, LoadReport.Latencies.Of(OpenLatency)),
            _measured / Math.Max(0.001, (double)(MeasuredTo - MeasuredFrom) / Clock.Second));
    }

    private static bool IsWaiting(Client? client) => client is { IsReady: true } && client.Ledgers[0].Received < client.Sent;

    private void Next(Client? client)
    {
        if (!_isSending || client is not { IsReady: true } || _sent >= Plan.Count)
        {
            return;
        }
        _sent++;
        client.SentAt = Clock.Now();
        Say(client);
    }
}

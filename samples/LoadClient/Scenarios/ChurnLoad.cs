using Realtime.LoadClient.Measuring;
using Realtime.LoadClient.Reporting;

namespace Realtime.LoadClient.Scenarios;

/// <summary>
/// People who come and go: each place connects, joins, speaks once, hears itself and vanishes without a close frame, by turns with the end of the stream and
/// with a reset; then somebody else takes the place.
/// </summary>
internal sealed class ChurnLoad(LoadPlan plan, Board board) : WebSocketLoad(plan, board)
{
    private const long AnswerLimit = 10 * Clock.Second;
    private readonly Queue<int> _free = new();
    private readonly int[] _numbers = new int[plan.Connections];
    private Schedule? _schedule;
    private int _begun;
    private long _spoken;
    private long _completed;
    private long _measured;
    private long _lost;
    private long _connectionsLost;

    protected override long Done => _completed;

    protected override long Faults => Corrupt + _lost;

    protected override void Connect()
    {
        // One to see that there is anybody, before hundreds fail.
        Start(0, 0);
        while (OpeningCount > 0 && OpenedCount == 0 && !IsInterrupted)
        {
            Turn(Now + (5 * Clock.Millisecond));
            GiveUp();
        }
        if (OpenedCount == 0 && FirstFailure is { } failure)
        {
            throw new LoadException(failure);
        }
        Drop(Clients[0], reset: true);
        for (var place = 0; place < Clients.Length; place++)
        {
            _free.Enqueue(place);
        }
    }

    protected override void Measure()
    {
        var rate = Plan.Rate;
        _schedule = new Schedule(rate, TimeSpan.Zero, TimeSpan.Zero, Plan.Duration, Plan.Count);
        MeasuredFrom = StartedAt;
        MeasuredTo = StartedAt + (long)(Plan.Duration.TotalSeconds * Clock.Second);
        var gaveUp = Now;
        while (!IsOver())
        {
            while (_free.Count > 0 && IsDue())
            {
                Begin(_free.Dequeue());
            }
            Turn(Now + Clock.Millisecond);
            if (Now - gaveUp > Clock.Second)
            {
                gaveUp = Now;
                GiveUpWaiting();
            }
            Observe(Now < MeasuredTo ? "churning" : "waiting for the rest", (double)(Now - StartedAt) / (MeasuredTo - StartedAt));
        }
        Holding = ProcessUse.Of(Plan.ServerProcess);
        Finish();
    }

    protected override void Joined(Client client)
    {
        if (_schedule is null)
        {
            return;
        }
        client.Message = Protocol.Message(client.TopicName, client.User);
        client.Sent = _numbers[client.Index];
        client.SentAt = Now;
        _spoken++;
        Say(client);
        _numbers[client.Index] = client.Sent;
    }

    protected override bool Arrived(Client client, int sender, int number)
    {
        if (sender != client.Index || !client.IsReady)
        {
            // Somebody else in the same room.
            return true;
        }
        if (number != client.Sent)
        {
            // What a place said in its life before may still be on its way; only what was never said is a fault, and that the text's check finds.
            return true;
        }
        Record(Now - client.SentAt);
        _completed++;
        _measured++;
        Leave(client);
        return true;
    }

    protected override void Ended(Client client, string why)
    {
        _connectionsLost++;
        _lost++;
        base.Ended(client, why);
        _free.Enqueue(client.Index);
    }

    protected override LoadReport Describe()
    {
        CloseEnvelopes();
        return Describe(
            "cycles",
            new LoadReport.MessageCounts(_spoken, _spoken, _completed, _spoken - _completed, 0, 0, Corrupt, Foreign),
            new LoadReport.ConnectionCounts(OpenedCount, FailedCount, _connectionsLost, OpenedCount / Math.Max(0.001, (double)(Clock.Now() - StartedAt) / Clock.Second), LoadReport.Latencies.Of(OpenLatency)),
            _measured / Math.Max(0.001, (double)(MeasuredTo - MeasuredFrom) / Clock.Second));
    }

    private bool IsDue() => !IsInterrupted && Now < MeasuredTo && _begun < Plan.Count
        && (Plan.Rate == 0 || (_begun < _schedule!.Messages && StartedAt + _schedule.DueAt(_begun) <= Now));

    private bool IsOver() => (IsInterrupted || Now >= MeasuredTo || _begun >= Plan.Count) && _free.Count >= Clients.Length;

    private void Begin(int place)
    {
        _begun++;
        if (Start(place, place).Connection is null)
        {
            _free.Enqueue(place);
        }
    }

    private void Leave(Client client)
    {
        Drop(client, reset: _completed % 2 == 0);
        _free.Enqueue(client.Index);
    }

    /// <summary>Whoever was not answered goes too.</summary>
    private void GiveUpWaiting()
    {
        foreach (var client in Clients)
        {
            if (client is { Connection: not null } && Now - client.Since > AnswerLimit)
            {
                Fail(client.IsReady ? "answer timeout" : "opening timeout");
                _lost++;
                Leave(client);
            }
        }
        foreach (var (place, client) in Clients.Index())
        {
            // A place whose connection failed while it opened is free again.
            if (client is { Connection: null } && !_free.Contains(place))
            {
                _free.Enqueue(place);
            }
        }
    }
}

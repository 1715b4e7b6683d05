using System.Net.Sockets;
using System.Text;
using Realtime.LoadClient.Measuring;
using Realtime.LoadClient.Reporting;
using Realtime.LoadClient.Wire;

namespace Realtime.LoadClient.Scenarios;

/// <summary>
/// GET requests on connections that stay open: to a schedule, or as fast as the answers come. A request that is due while all connections are busy waits,
/// and its wait counts.
/// </summary>
internal sealed class HttpLoad : Load
{
    private const long LongestDrain = 15 * Clock.Second;
    private readonly HttpConnection?[] _connections;
    private readonly Stack<HttpConnection> _idle = new();
    private readonly Schedule _schedule;
    private readonly byte[] _request;
    private byte[]? _body;
    private int _open;
    private int _next;
    private int _busy;
    private long _answered;
    private long _measured;
    private long _corrupt;
    private long _lost;
    private long _connectionsLost;
    private long _failed;

    public HttpLoad(LoadPlan plan, Board board)
        : base(plan, board)
    {
        _connections = new HttpConnection?[plan.Connections];
        _schedule = new Schedule(plan.Rate, plan.WarmUp, plan.Settle, plan.Duration, plan.Count);
        _request = HttpConnection.RequestFor(Target);
        _body = plan.Body is { Length: > 0 } body ? Encoding.UTF8.GetBytes(body) : null;
    }

    protected override long Done => _answered;

    protected override long Faults => _corrupt + _lost;

    protected override int Open => _open;

    private bool IsClosedLoop => Plan.Rate == 0;

    /// <summary>How many are to be asked yet.</summary>
    private int Overdue => IsClosedLoop ? 0 : _schedule.Messages - _next;

    public override void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection?.Dispose();
        }
        base.Dispose();
    }

    protected override void Connect()
    {
        for (var place = 0; place < _connections.Length && !IsInterrupted; place++)
        {
            var from = Clock.Now();
            Reconnect(place);
            OpenLatency.Record(Clock.Now() - from);
            Observe("connecting", (double)place / _connections.Length);
        }
    }

    protected override void Measure()
    {
        MeasuredFrom = StartedAt + _schedule.MeasuredFrom;
        MeasuredTo = MeasuredFrom + (long)(Plan.Duration.TotalSeconds * Clock.Second);
        while (IsGoing())
        {
            Due();
            Turn(IsClosedLoop || _idle.Count == 0 || _next >= _schedule.Messages ? MeasuredTo : StartedAt + _schedule.DueAt(_next));
            Observe(Now < MeasuredFrom ? "warming up" : "measuring", (double)(Now - StartedAt) / (MeasuredTo - StartedAt));
        }
        Holding = ProcessUse.Of(Plan.ServerProcess);
        Finish();
        // What was due is asked, however late: to leave it out would hide the wait.
        for (var until = Now + LongestDrain; Now < until && _open > 0 && (_busy > 0 || (!IsInterrupted && Overdue > 0));)
        {
            Turn(Now + (Clock.Second / 20));
        }
        _lost += _busy + (IsInterrupted ? 0 : Overdue);
    }

    protected override void Due()
    {
        while (_idle.Count > 0 && StartedAt > 0 && !IsInterrupted && _next < Plan.Count && (!IsClosedLoop || Now < MeasuredTo))
        {
            var due = IsClosedLoop ? Now : StartedAt + _schedule.DueAt(_next);
            if (due > Now || (!IsClosedLoop && _next >= _schedule.Messages))
            {
                return;
            }
            _next++;
            _busy++;
            _idle.Pop().Ask(due);
        }
    }

    protected override void Ready(int tag, byte[] buffer)
    {
        if (_connections[tag] is not { } connection)
        {
            return;
        }
        connection.Read(buffer);
        if (connection.Ended is { } why)
        {
            Unwatch(connection);
            connection.Dispose();
            _open--;
            _connections[tag] = null;
            // A server may end a connection that rests; one that was asked something may not.
            if (connection.IsBusy)
            {
                _busy--;
                _lost++;
                _connectionsLost++;
                Fail(why);
            }
            Reconnect(tag);
        }
    }

    protected override LoadReport Describe() => Describe(
        "requests",
        new LoadReport.MessageCounts(_next, IsInterrupted ? _next : _next + Overdue, _answered, _lost, 0, 0, _corrupt),
        new LoadReport.ConnectionCounts(_open, _failed, _connectionsLost, _connections.Length / ConnectSeconds, LoadReport.Latencies.Of(OpenLatency)),
        _measured / Math.Max(0.001, (double)(MeasuredTo - MeasuredFrom) / Clock.Second));

    private bool IsGoing() => !IsInterrupted && _open > 0 && Now < MeasuredTo && (_next < Plan.Count || _busy > 0);

    private void Reconnect(int place)
    {
        try
        {
            var connection = new HttpConnection(Target, _request, Answered) { Tag = place };
            _connections[place] = connection;
            _open++;
            _idle.Push(connection);
            Watch(connection, place);
        }
        catch (SocketException exception)
        {
            _failed++;
            Fail(Reason(exception));
            if (_answered == 0 && _open == 0)
            {
                throw new LoadException($"Nobody answers at {Plan.Url.Authority}. Start the app first: dotnet run samples/scripts/hello.cs");
            }
        }
    }

    private void Answered(HttpConnection connection, int status, ReadOnlySpan<byte> body)
    {
        _busy--;
        _answered++;
        if (status != Plan.Status)
        {
            Fail($"status {status}");
        }
        else if (Plan.Body is not "")
        {
            _body ??= body.ToArray();
            if (!body.SequenceEqual(_body))
            {
                _corrupt++;
            }
        }
        if (connection.Due >= MeasuredFrom && (!IsClosedLoop || Now <= MeasuredTo))
        {
            _measured++;
            Record(Now - connection.Due);
        }
        _idle.Push(connection);
        Due();
    }
}

namespace Realtime;

/// <summary>
/// Lets few of the requests that the client makes on its own be under way, and slows down when the server says too fast. All of it
/// happens inside the client's gate.
/// </summary>
internal sealed class Pace(Gate gate, RealtimeClientOptions options, TimeProvider time)
{
    private const int MaxUnderWay = 8;

    private readonly LinkedList<Action<Turn>> _waiting = new();
    private readonly Alarm _alarm = new(gate, time);
    private int _generation;
    private int _running;
    private int _faults;

    /// <summary>Runs a task in its turn; it must say when it is done.</summary>
    public void Enter(Action<Turn> task)
    {
        _waiting.AddLast(task);
        Run();
    }

    /// <summary>Forgets all: the connection that they were for is gone.</summary>
    public void Clear()
    {
        _alarm.Clear();
        _waiting.Clear();
        _generation++;
        _running = 0;
        _faults = 0;
    }

    private void Run()
    {
        while (!_alarm.IsSet && _running < MaxUnderWay && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            _running++;
            first.Value(new Turn(this, first.Value, _generation));
        }
    }

    private bool Done(Turn turn, ServerMessage? reply)
    {
        if (turn.Generation != _generation)
        {
            return false;
        }
        _running--;
        if (reply?.IsTooFast == true)
        {
            _waiting.AddFirst(turn.Task);
            if (!_alarm.IsSet)
            {
                _alarm.Set(options.Backoff(_faults++) * (1 + options.Random()), Run);
            }
            return true;
        }
        _faults = 0;
        Run();
        return false;
    }

    /// <summary>One run of a task.</summary>
    public readonly record struct Turn(Pace Pace, Action<Turn> Task, int Generation)
    {
        /// <summary>Ends the turn with the answer to its request, if it made one.</summary>
        /// <returns>Whether the task will be run again.</returns>
        public bool Done(ServerMessage? reply = null) => Pace.Done(this, reply);
    }
}

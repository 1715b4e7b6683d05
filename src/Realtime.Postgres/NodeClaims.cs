using System.Collections.Concurrent;

namespace Realtime.Postgres;

/// <summary>
/// The claims of one node. Each has a number, so that one whose answer was lost on the way can be asked for again: otherwise its jobs would
/// run for a living node that knows nothing of them, and nobody would ever take them back.
/// </summary>
internal sealed class NodeClaims : IDisposable
{
    private readonly ConcurrentDictionary<string, QueueTurn> _turns = new();
    private readonly List<long> _unanswered = [];

    // By the clock at first, so that the numbers of a node that comes back under its id go on behind those it had.
    private long _last = TimeProvider.System.GetUtcNow().UtcTicks;

    /// <summary>Held during a claim: numbers reach the server in order.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    public long Last => Volatile.Read(ref _last);

    /// <summary>Claims whose answers did not come. Touched only behind the gate.</summary>
    public IReadOnlyList<long> Unanswered => _unanswered;

    public QueueTurn TurnOf(string queue) => _turns.GetOrAdd(queue, static _ => new QueueTurn());

    /// <summary>Begins a claim, unanswered until told otherwise.</summary>
    public long Begin()
    {
        var number = Interlocked.Increment(ref _last);
        _unanswered.Add(number);
        return number;
    }

    /// <summary>The claim was answered, and said what became of those before it.</summary>
    public void Answered() => _unanswered.Clear();

    public void Dispose() => Gate.Dispose();
}

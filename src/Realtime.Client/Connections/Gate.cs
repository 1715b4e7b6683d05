namespace Realtime;

/// <summary>
/// The lock around all state of one client. What it has to tell the app's own code is told behind it, in order, so that an
/// app's code never runs while it is held.
/// </summary>
internal sealed class Gate
{
    private readonly Lock _lock = new();
    private readonly Queue<Action> _notices = new();
    private bool _isTelling;

    /// <summary>Enters until the scope is disposed of.</summary>
    public Scope Enter()
    {
        _lock.Enter();
        return new Scope(this);
    }

    /// <summary>Has something told once the lock is free. Called inside; it must not throw.</summary>
    public void Notify(Action notice) => _notices.Enqueue(notice);

    private void Exit()
    {
        _lock.Exit();
        // Entered twice by one thread: the outer scope tells.
        while (!_lock.IsHeldByCurrentThread && TryTake(out var notice))
        {
            notice();
            lock (_lock)
            {
                _isTelling = false;
            }
        }
    }

    private bool TryTake(out Action notice)
    {
        lock (_lock)
        {
            notice = null!;
            // One tells at a time: whoever does looks again when it is done.
            return !_isTelling && (_isTelling = _notices.TryDequeue(out notice!));
        }
    }

    /// <summary>Holds the gate.</summary>
    public readonly ref struct Scope(Gate gate)
    {
        public void Dispose() => gate.Exit();
    }
}

using System.Threading.Tasks.Sources;

namespace Realtime.Hosting.Epoll;

/// <summary>What one sender awaits while its socket's buffer is full. A signal that comes before the wait is not lost.</summary>
internal sealed class WritableSignal : IValueTaskSource
{
    private const int None = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;

    // Not on the loop: what continues is the application's, which had to wait.
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>Forgets an earlier signal; to be called before the attempt to send that may find the buffer full.</summary>
    public void Clear() => Volatile.Write(ref _state, None);

    /// <summary>Completes at the first signal since <see cref="Clear"/>.</summary>
    public ValueTask WaitAsync()
    {
        _core.Reset();
        return Interlocked.CompareExchange(ref _state, Waiting, None) == None ? new ValueTask(this, _core.Version) : ValueTask.CompletedTask;
    }

    public void Set()
    {
        if (Interlocked.Exchange(ref _state, Signalled) == Waiting)
        {
            _core.SetResult(true);
        }
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}

using System.IO.Pipelines;

namespace Realtime.Hosting.Epoll;

/// <summary>
/// Keeps the continuation of a pipe's reader until its writer is done with the pipe, and runs it then on the same thread: the
/// application's code runs where its bytes were read, and yet another thread may go on reading for it when it blocks.
/// </summary>
internal sealed class Continuation : PipeScheduler
{
    [ThreadStatic]
    private static bool Keeping;

    [ThreadStatic]
    private static Action<object?>? Kept;

    [ThreadStatic]
    private static object? KeptState;

    private Continuation()
    {
    }

    public static Continuation Scheduler { get; } = new();

    /// <summary>From now on, this thread keeps what is scheduled.</summary>
    public static void Keep() => Keeping = true;

    /// <summary>Runs what this thread kept, if anything.</summary>
    public static void Run()
    {
        Keeping = false;
        if (Kept is { } action)
        {
            var state = KeptState;
            Kept = null;
            KeptState = null;
            action(state);
        }
    }

    public override void Schedule(Action<object?> action, object? state)
    {
        if (Keeping && Kept is null)
        {
            Kept = action;
            KeptState = state;
        }
        else
        {
            // Set off by another thread than the one that reads: a timeout, a shutdown.
            PipeScheduler.ThreadPool.Schedule(action, state);
        }
    }
}

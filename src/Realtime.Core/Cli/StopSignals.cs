using System.Runtime.InteropServices;

namespace Realtime.Cli;

/// <summary>Turns SIGINT and SIGTERM into a request to stop; the second one ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>What a shell reports for a program that a signal ended: 128 and the signal's number.</summary>
    public const int Interrupted = 130;
    private const int Terminated = 143;

    private readonly CancellationTokenSource _stop;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _received;

    public StopSignals(CancellationToken stop)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        if (Supervisor.IsThere)
        {
            Supervisor.WhenGone(() => _stop.Cancel());
        }
    }

    /// <summary>Fires with the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    public async Task WaitAsync()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = Stop.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), stopped);
        await stopped.Task;
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Supervisor.IsThere && context.Signal is PosixSignal.SIGINT)
        {
            // A terminal sends it to both: the supervisor decides.
            return;
        }
        if (Interlocked.Increment(ref _received) > 1)
        {
            Environment.Exit(context.Signal is PosixSignal.SIGINT ? Interrupted : Terminated);
        }
        _stop.Cancel();
    }
}

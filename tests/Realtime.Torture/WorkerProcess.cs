using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Realtime.Torture;

/// <summary>A worker's process, seen from outside.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const int SigStop = 19;
    private const int SigContinue = 18;

    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WorkerProcess(TortureOptions options, string place, string folder)
    {
        _process = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(WorkerProcess).Assembly.Location, "worker", options.Store.ToString(), place, folder, options.Unfenced ? "unfenced" : "fenced"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Id = _process.Id;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data == "ready")
            {
                _ready.TrySetResult();
            }
        };
        _process.BeginOutputReadLine();
    }

    public int Id { get; }

    /// <summary>Completes when it runs jobs.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Ends it as a power failure does. Returns when it is over, in milliseconds since the machine started.</summary>
    public async Task<long> KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        return Environment.TickCount64;
    }

    /// <summary>Stops its clock for a while: it wakes up as a worker that has lost its lease and does not know.</summary>
    public async Task FreezeAsync(TimeSpan time)
    {
        _ = Signal(Id, SigStop);
        try
        {
            await Task.Delay(time);
        }
        finally
        {
            _ = Signal(Id, SigContinue);
        }
    }

    /// <summary>Lets it end in order.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);
}

using System.Diagnostics;
using System.Threading.Channels;

namespace Realtime.Cli;

/// <summary>
/// Runs the app in a process of its own, and builds and starts it again whenever its source changes. What does not build leaves the old one running.
/// </summary>
internal sealed class ReloadCommand(string[] args, TextWriter output, TextWriter error)
{
    // Editors write a file in several steps, and save several files at once.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // One is enough: what changes meanwhile is built with it.
    private readonly Channel<string> _changes = Channel.CreateBounded<string>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public async Task<int> RunAsync(CancellationToken stop)
    {
        if (ProgramSource.Find() is not { } source)
        {
            await error.WriteLineAsync($"--reload finds no source: there is no project above {AppContext.BaseDirectory}. Run the app with `dotnet run`.");
            return AppCommand.Misconfigured;
        }
        using var signals = new StopSignals(stop);
        using var watcher = Watch(source);
        await output.WriteLineAsync($"Watching {(source.IsOneFile ? source.Path : source.Folder)}");
        var child = Start();
        try
        {
            while (await NextChangeAsync(child, signals.Stop) is { } changed)
            {
                await output.WriteLineAsync($"{Path.GetFileName(changed)} has changed: building.");
                if (!await BuildAsync(source, signals.Stop))
                {
                    continue;
                }
                await StopAsync(child);
                child = Start();
            }
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
        }
        return await StopAsync(child);
    }

    private FileSystemWatcher Watch(ProgramSource source)
    {
        var watcher = new FileSystemWatcher(source.Folder) { IncludeSubdirectories = !source.IsOneFile };
        void Changed(object _, FileSystemEventArgs change)
        {
            if (source.IsPart(change.FullPath))
            {
                _changes.Writer.TryWrite(change.FullPath);
            }
        }
        watcher.Changed += Changed;
        watcher.Created += Changed;
        watcher.Deleted += Changed;
        watcher.Renamed += Changed;
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    private async Task<string> NextChangeAsync(Process child, CancellationToken stop)
    {
        var change = _changes.Reader.ReadAsync(stop).AsTask();
        if (await Task.WhenAny(change, child.WaitForExitAsync(stop)) != change && !stop.IsCancellationRequested)
        {
            await error.WriteLineAsync($"The app has ended with {child.ExitCode}; it starts again when its source changes.");
        }
        var changed = await change;
        do
        {
            await Task.Delay(Quiet, TimeProvider.System, stop);
        }
        while (_changes.Reader.TryRead(out _));
        return changed;
    }

    private async Task<bool> BuildAsync(ProgramSource source, CancellationToken stop)
    {
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["build", source.Path, "-c", source.Configuration, "-v", "q", "-nologo"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var said = await build.StandardOutput.ReadToEndAsync(stop);
        await build.WaitForExitAsync(stop);
        if (build.ExitCode == 0)
        {
            return true;
        }
        foreach (var line in said.Split('\n').Where(static line => line.Contains(": error ", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal))
        {
            await error.WriteLineAsync(line.Trim());
        }
        await error.WriteLineAsync("It does not build: the app before the change goes on.");
        return false;
    }

    private Process Start()
    {
        var path = Environment.ProcessPath!;
        List<string> line = [.. args.Where(static arg => arg != "--reload")];
        if (Path.GetFileNameWithoutExtension(path).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            line.InsertRange(0, ["exec", Environment.GetCommandLineArgs()[0]]);
        }
        var start = new ProcessStartInfo(path, line) { UseShellExecute = false, RedirectStandardInput = true };
        start.Environment[Supervisor.Variable] = "1";
        return Process.Start(start)!;
    }

    /// <summary>Ends the child by ending its input, and waits for it.</summary>
    private static async Task<int> StopAsync(Process child)
    {
        using (child)
        {
            child.StandardInput.Close();
            using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
            await child.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!child.HasExited)
            {
                child.Kill(entireProcessTree: true);
                await child.WaitForExitAsync(CancellationToken.None);
            }
            return child.ExitCode;
        }
    }
}

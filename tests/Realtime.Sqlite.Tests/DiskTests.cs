using System.Diagnostics;

namespace Realtime.Sqlite;

/// <summary>Real small disks that are really full, and really read-only, with a worker on them.</summary>
public sealed class DiskTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SmallDiskFact]
    public async Task A_worker_on_a_full_disk_waits_says_so_at_enqueue_and_goes_on_when_there_is_room() =>
        Assert.Equal("refused: the disk is full; alive; again: succeeded; all: succeeded", await RunAsync("size=4m", "full"));

    [SmallDiskFact]
    public async Task A_read_only_disk_is_refused_with_advice() => Assert.Equal("refused: Check", await RunAsync("size=4m,ro", "read-only"));

    private async Task<string> RunAsync(string mount, string scene)
    {
        // A disk in a namespace of the program's own: nobody else sees it, and it is gone with the program.
        var script = $"mount -t tmpfs -o {mount} tmpfs '{_folder.Path}' && exec dotnet '{typeof(DiskTests).Assembly.Location}' {scene} '{_folder.Path}'";
        using var process = Process.Start(new ProcessStartInfo("unshare", ["-rm", "sh", "-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            var (said, complained) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (await said).Trim() + await complained;
        }
        finally
        {
            process.Kill();
        }
    }
}

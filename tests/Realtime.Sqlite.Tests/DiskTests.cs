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

    [FailingDiskFact]
    public async Task A_worker_whose_disk_turns_read_only_says_so_at_enqueue_waits_and_goes_on_when_the_disk_is_mended()
    {
        var (disk, image) = (_folder.File("disk"), _folder.File("image"));
        Directory.CreateDirectory(disk);
        var script = $"truncate -s 32M '{image}' && mkfs.ext4 -q '{image}' && mount -o loop,errors=remount-ro '{image}' '{disk}' && exec dotnet '{typeof(DiskTests).Assembly.Location}' turn '{disk}' '{image}'";

        Assert.Equal("refused with advice, refused with advice, refused with advice; Succeeded, Succeeded; 3 jobs", await RunAsync("unshare", "-m", "sh", "-c", script));
    }

    // A disk in a namespace of the program's own: nobody else sees it, and it is gone with the program.
    private Task<string> RunAsync(string mount, string scene) => RunAsync(
        "unshare", "-rm", "sh", "-c", $"mount -t tmpfs -o {mount} tmpfs '{_folder.Path}' && exec dotnet '{typeof(DiskTests).Assembly.Location}' {scene} '{_folder.Path}'");

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
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

using System.Diagnostics;

namespace Realtime.Sqlite;

/// <summary>A fact that needs to mount a disk of its own, which some containers forbid.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmallDiskFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> CanMount = new(static () =>
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }
        using var process = Process.Start("unshare", ["-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt 2>/dev/null"]);
        process.WaitForExit();
        return process.ExitCode == 0;
    });

    public SmallDiskFactAttribute() => Skip = CanMount.Value ? null : "No disk can be mounted here.";
}

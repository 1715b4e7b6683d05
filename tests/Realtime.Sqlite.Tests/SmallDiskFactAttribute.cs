using System.ComponentModel;
using System.Diagnostics;

namespace Realtime.Sqlite;

/// <summary>A fact that needs to mount a disk of its own, which some containers forbid.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmallDiskFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Obstacle = new(static () => Try("unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"));

    public SmallDiskFactAttribute() => Skip = Obstacle.Value is { } obstacle ? $"No disk can be mounted here: {obstacle}" : null;

    /// <summary>Tries a program. Returns what is in its way; null for nothing.</summary>
    internal static string? Try(string program, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "this is not Linux.";
        }
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            var said = process.StandardError.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 && said.Length == 0 ? null : $"{program} ended with {process.ExitCode}: {said}";
        }
        catch (Win32Exception exception)
        {
            return $"{program}: {exception.Message}";
        }
    }
}

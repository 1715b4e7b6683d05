using System.Diagnostics;
using System.Globalization;

namespace Realtime.Jobs;

/// <summary>Says which process this is, and whether another one of the same host is certainly dead.</summary>
/// <remarks>
/// The proof that a node is dead: its host string equals ours, so its process id was given by the same kernel, since the same boot, in
/// the same process namespace, and means the same to us; and no living process has that id, or one that started at another time. What
/// is dead writes nothing any more, so its jobs may be taken at once. Containers that share a file but not a namespace differ in the
/// host string, and wait for the lease to run out.
/// </remarks>
internal static class ProcessIdentity
{
    public static JobNode NewNode()
    {
        using var process = Process.GetCurrentProcess();
        return new JobNode(Random.Shared.NextInt64(1, long.MaxValue), Host(), process.Id, StartOf(process.Id) ?? 0);
    }

    public static bool IsCertainlyDead(JobNode node) => IsCertainlyDead(node, Host());

    public static bool IsCertainlyDead(JobNode node, string host)
    {
        if (host.Length == 0 || !string.Equals(node.Host, host, StringComparison.Ordinal) || node.ProcessStart == 0)
        {
            return false;
        }
        try
        {
            return StartOf(node.ProcessId) != node.ProcessStart;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException
            or System.ComponentModel.Win32Exception or NotSupportedException)
        {
            // There is such a process and it cannot be looked into: not certain.
            return false;
        }
    }

    private static string Host()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Environment.MachineName;
        }
        try
        {
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            var space = new FileInfo("/proc/self/ns/pid").LinkTarget;
            return space is null ? "" : $"{boot} {space}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>When a process started; null if no living process has the id.</summary>
    private static long? StartOf(int id) => OperatingSystem.IsLinux() ? LinuxStartOf(id) : PortableStartOf(id);

    private static long? LinuxStartOf(int id)
    {
        string stat;
        try
        {
            stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        // proc_pid_stat(5): the name is in parentheses and may hold anything; the state is the first field behind it, and the start
        // time, in clock ticks since boot, the twentieth.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var isZombie = fields[0] is "Z" or "X";
        return isZombie && !HasOtherThreads(id) ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
    }

    // The first thread of a process can be gone while others go on.
    private static bool HasOtherThreads(int id)
    {
        try
        {
            return Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/task")).Skip(1).Any();
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static long? PortableStartOf(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.HasExited ? null : process.StartTime.ToUniversalTime().Ticks;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}

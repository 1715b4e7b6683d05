using System.Diagnostics;
using Realtime.Jobs;

namespace Realtime.Sqlite;

/// <summary>
/// What happens when a disk fails under a worker, in a process that has the disk for itself: the kernel finds an error in the file system and
/// makes it read-only; it is unmounted, mended and mounted again. Says in a line what it saw.
/// </summary>
internal static class FailingDisk
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static async Task<int> RunAsync(string folder, string image)
    {
        using var limit = new CancellationTokenSource(Limit);
        await using var queue = new JobQueue { Options = new JobQueueOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(500), LeaseTime = TimeSpan.FromSeconds(5) } };
        queue.UseSqlite(Path.Combine(folder, "jobs.db"));
        var job = queue.Define<string, int>("length", (string args) => args.Length);
        await queue.StartAsync();
        await (await job.EnqueueAsync("while it is well")).WaitAsync(limit.Token);
        var later = await job.EnqueueAsync("due while it is not", delay: TimeSpan.FromSeconds(1));

        Shell($"echo test > /sys/fs/ext4/$(basename $(losetup -nO NAME -j '{image}'))/trigger_fs_error");
        List<string> refused = [await RefusedAsync(job), await RefusedAsync(job)];
        // Whatever still has a file open on it would keep it busy for ever.
        Shell($"umount -l '{folder}'");
        refused.Add(await RefusedAsync(job));
        Shell($"for n in $(seq 300); do losetup -nO NAME -j '{image}' | grep -q . || break; sleep 0.1; done; e2fsck -fp '{image}' > /dev/null; [ $? -le 1 ] && mount -o loop '{image}' '{folder}'");
        // No worker has done anything yet that could have made the file anew.
        var again = await EnqueueAsync(job, limit.Token);
        var states = new List<string>();
        foreach (var handle in new[] { again, later })
        {
            states.Add((await handle.WaitAsync(limit.Token)).State.ToString());
        }
        Console.WriteLine($"{string.Join(", ", refused)}; {string.Join(", ", states)}; {(await queue.ListAsync()).Count} jobs");
        return 0;
    }

    private static async Task<string> RefusedAsync(Job<string, int> job)
    {
        try
        {
            await job.EnqueueAsync("no");
            return "taken";
        }
        catch (JobStoreException exception)
        {
            return exception.Message.Contains("Check", StringComparison.Ordinal) ? "refused with advice" : exception.Message;
        }
    }

    private static async Task<JobHandle> EnqueueAsync(Job<string, int> job, CancellationToken limit)
    {
        while (true)
        {
            try
            {
                return await job.EnqueueAsync("again", cancellationToken: limit);
            }
            catch (JobStoreException)
            {
                await Task.Delay(50, limit);
            }
        }
    }

    private static void Shell(string script)
    {
        using var process = Process.Start("sh", ["-c", script]);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{script} ended with {process.ExitCode}.");
        }
    }
}

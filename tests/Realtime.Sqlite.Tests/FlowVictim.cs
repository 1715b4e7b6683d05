using System.Diagnostics;
using System.Reflection;
using Realtime.Jobs;

namespace Realtime.Sqlite;

/// <summary>A worker in a process of its own that enqueues a flow, runs it, and kills itself at a point of it.</summary>
internal static class FlowVictim
{
    /// <summary>A chain, a group behind it, and a join: what the killed worker and the one behind it both run. A step tells the journal what it did.</summary>
    public static Flow<string> Define(JobQueue queue, Action<string> tell)
    {
        var step = queue.Define<string, string>("step", (string args) =>
        {
            tell(args);
            return args + "+";
        });
        var join = queue.Define<string[], string>("join", (string[] args) =>
        {
            var all = string.Join(' ', args);
            tell(all);
            return all + ".";
        });
        return step.With("a").Then(step).ThenGroup(step, step).Then(join);
    }

    /// <summary>Runs until it dies.</summary>
    /// <param name="file">The store. What is done is in a file beside it.</param>
    /// <param name="when">When to die.</param>
    /// <param name="turn">At which such occasion, from 1.</param>
    public static async Task<int> RunAsync(string file, FlowCrash when, int turn)
    {
        await using var queue = new JobQueue();
        queue.UseStore(time => DyingStore.Around(new SqliteJobStore(file, time: time), Die));
        var flow = Define(queue, step =>
        {
            File.AppendAllText(file + ".steps", step + "\n");
            Die(FlowCrash.Running);
        });
        await queue.OpenAsync();
        await File.WriteAllTextAsync(file + ".id", $"{(await flow.EnqueueAsync()).Id}");
        await queue.StartAsync();
        await Task.Delay(TimeSpan.FromMinutes(1));
        return 1;

        void Die(FlowCrash point)
        {
            if (point == when && Interlocked.Decrement(ref turn) == 0)
            {
                // SIGKILL: nothing of this process runs behind it.
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite);
            }
        }
    }

    /// <summary>A store whose process dies when ends are recorded.</summary>
    internal class DyingStore : DispatchProxy
    {
        private IJobStore _store = null!;
        private Action<FlowCrash> _die = null!;

        public static IJobStore Around(IJobStore store, Action<FlowCrash> die)
        {
            var proxy = Create<IJobStore, DyingStore>();
            (((DyingStore)(object)proxy)._store, ((DyingStore)(object)proxy)._die) = (store, die);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IJobStore.CompleteAsync))
            {
                return CompleteAsync((long)args![0]!, (IReadOnlyList<JobOutcome>)args[1]!);
            }
            try
            {
                return targetMethod.Invoke(_store, args);
            }
            catch (TargetInvocationException exception)
            {
                throw exception.InnerException!;
            }
        }

        private async ValueTask<IReadOnlyList<JobState?>> CompleteAsync(long node, IReadOnlyList<JobOutcome> outcomes)
        {
            _die(FlowCrash.BeforeRecord);
            var states = await _store.CompleteAsync(node, outcomes, default);
            _die(FlowCrash.AfterRecord);
            return states;
        }
    }
}

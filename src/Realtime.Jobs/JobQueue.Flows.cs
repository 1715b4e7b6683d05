using System.Text.Json;
using Realtime.Jobs;

namespace Realtime;

public sealed partial class JobQueue
{
    /// <summary>
    /// Flows that run side by side: <c>app.Jobs.Group(sizes.Select(size => shrink.With(new(path, size)))).Then(zip)</c>. Its result is the array
    /// of their results in their order, which <c>Then</c> hands to a join.
    /// </summary>
    /// <typeparam name="T">What each returns.</typeparam>
    /// <param name="flows">The flows. May be empty: then the result is an empty array.</param>
    public Flow<T[]> Group<T>(params IEnumerable<Flow<T>> flows)
    {
        ArgumentNullException.ThrowIfNull(flows);
        return new Flow<T[]>(this, new FlowGroup([.. flows]));
    }

    /// <summary>Flows of any kinds that run side by side. A job without a result is <c>null</c> in the array.</summary>
    /// <param name="flows">The flows.</param>
    public Flow<JsonElement[]> Group(params IEnumerable<Flow> flows)
    {
        ArgumentNullException.ThrowIfNull(flows);
        return new Flow<JsonElement[]>(this, new FlowGroup([.. flows]));
    }

    /// <summary>
    /// Flows that run one after another, each with its own arguments. To hand results on, write
    /// <c>fetch.With(url).Then(parse).Then(store)</c>.
    /// </summary>
    /// <param name="flows">The flows, at least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Flow Chain(params IEnumerable<Flow> flows)
    {
        ArgumentNullException.ThrowIfNull(flows);
        return flows.Aggregate((Flow?)null, static (chain, next) => chain?.Then(next) ?? next)
            ?? throw new ArgumentException("A chain has at least one job.", nameof(flows));
    }

    /// <summary>Wakes and tells whoever must know what became of jobs because of others.</summary>
    private void Follow(JobRuntime runtime, IReadOnlyList<JobMove> moves)
    {
        foreach (var move in moves)
        {
            switch (move.State)
            {
                case JobState.Available or JobState.Scheduled:
                    _feed.Touch(move.Id);
                    runtime.Announce(move.DueAt);
                    break;
                case JobState.Running:
                    // A job of another process is told by that process's next heartbeat.
                    _server?.CancelHere(move.Id);
                    break;
                case JobState.Waiting:
                    break;
                default:
                    if (_feed.IsObserved)
                    {
                        _feed.Publish(new JobFinished(move.Id, move.Name, move.State, null, move.Error));
                    }
                    _feed.Ended(move.Id, null);
                    break;
            }
        }
    }
}

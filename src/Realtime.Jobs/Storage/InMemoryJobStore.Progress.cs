namespace Realtime.Jobs;

public sealed partial class InMemoryJobStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<bool>> LogAsync(long node, IReadOnlyList<JobLogLines> lines, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var held = new bool[lines.Count];
        using (Enter())
        {
            for (var index = 0; index < held.Length; index++)
            {
                if (_jobs.TryGetValue(lines[index].Id, out var entry) && entry.IsHeldBy(node, lines[index].Attempt))
                {
                    held[index] = true;
                    AddLog(entry, lines[index].Lines);
                }
            }
        }
        return new ValueTask<IReadOnlyList<bool>>(held);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobLogLine>> ReadLogAsync(Guid id, long after, int limit, CancellationToken cancellationToken)
    {
        using (Enter())
        {
            return new ValueTask<IReadOnlyList<JobLogLine>>(
                _jobs.TryGetValue(id, out var entry) && entry.Traces?.Log is { } log ? [.. log.Where(line => line.Number > after).Take(limit)] : []);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> SaveCursorAsync(long node, Guid id, int attempt, string cursor, byte[] position, CancellationToken cancellationToken)
    {
        using (Enter())
        {
            if (!_jobs.TryGetValue(id, out var entry) || !entry.IsHeldBy(node, attempt))
            {
                return new ValueTask<bool>(false);
            }
            (entry.Leave().Steps ??= [])[cursor] = position;
            return new ValueTask<bool>(true);
        }
    }

    private static void AddLog(JobEntry entry, IReadOnlyList<JobLogLine> lines)
    {
        var log = entry.Leave().Log ??= new Queue<JobLogLine>();
        var last = log.Count > 0 ? log.Last().Number : 0;
        foreach (var line in lines)
        {
            if (line.Number > last)
            {
                log.Enqueue(line);
                last = line.Number;
            }
        }
        while (log.Count > JobLogLine.MostKept)
        {
            log.Dequeue();
        }
    }
}

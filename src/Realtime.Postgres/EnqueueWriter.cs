using System.Threading.Channels;
using Realtime.Jobs;

namespace Realtime.Postgres;

/// <summary>Writes what concurrent callers enqueue as one statement and one commit: whatever came in while the last one was on its way.</summary>
internal sealed class EnqueueWriter
{
    private const int MostAtOnce = 1000;

    // Two, so that one batch is made and read while the server commits the other.
    private const int Pumps = 2;

    private readonly Channel<PendingEnqueue> _pending = Channel.CreateBounded<PendingEnqueue>(4 * MostAtOnce);
    private readonly Func<IReadOnlyList<JobSpec>, ValueTask> _write;
    private readonly Task _pumping;

    public EnqueueWriter(Func<IReadOnlyList<JobSpec>, ValueTask> write)
    {
        _write = write;
        _pumping = Task.WhenAll(Enumerable.Range(0, Pumps).Select(_ => Task.Run(PumpAsync)));
    }

    public async ValueTask EnqueueAsync(JobSpec job, CancellationToken cancellationToken)
    {
        var pending = new PendingEnqueue(job);
        if (!_pending.Writer.TryWrite(pending))
        {
            try
            {
                await _pending.Writer.WriteAsync(pending, cancellationToken);
            }
            catch (ChannelClosedException exception)
            {
                throw new JobStoreException("The job store is closed: the app has stopped.", exception);
            }
        }
        await (cancellationToken.CanBeCanceled ? pending.Done.WaitAsync(cancellationToken) : pending.Done);
    }

    /// <summary>Writes what is queued and ends.</summary>
    public async ValueTask StopAsync()
    {
        _pending.Writer.TryComplete();
        await _pumping;
    }

    private async Task PumpAsync()
    {
        var batch = new List<PendingEnqueue>(MostAtOnce);
        while (await _pending.Reader.WaitToReadAsync())
        {
            while (batch.Count < MostAtOnce && _pending.Reader.TryRead(out var pending))
            {
                batch.Add(pending);
            }
            await WriteAsync(batch);
            batch.Clear();
        }
    }

    private async ValueTask WriteAsync(List<PendingEnqueue> batch)
    {
        try
        {
            await _write(batch.ConvertAll(static pending => pending.Job));
            batch.ForEach(static pending => pending.Succeed());
        }
        catch (Exception exception) when (batch.Count > 1 && exception.InnerException is { } inner && PostgresErrors.IsRefusal(inner))
        {
            // One of them is refused, and the others must not fail with it.
            foreach (var pending in batch)
            {
                await WriteAsync([pending]);
            }
        }
        catch (Exception exception)
        {
            batch.ForEach(pending => pending.Fail(exception));
        }
    }
}

using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Flushes a response, but not for ever: a peer that takes nothing holds memory and a connection.</summary>
internal static class TimedFlush
{
    /// <summary>How long a peer may take nothing while something waits for it.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <returns>False where the peer took nothing in time and was cut off.</returns>
    public static async ValueTask<bool> FlushAsync(HttpConnection connection, TimeProvider time, CancellationToken ending)
    {
        var flush = connection.ResponseBody.FlushAsync(ending);
        if (flush.IsCompletedSuccessfully)
        {
            return !flush.Result.IsCanceled;
        }
        var flushing = flush.AsTask();
        try
        {
            await flushing.WaitAsync(Timeout, time);
            return true;
        }
        catch (TimeoutException)
        {
            connection.Abort();
            await ((Task)flushing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }
    }
}

namespace Realtime.Sockets;

/// <summary>Takes what the client of one event stream posts: one body after the other, each once, in the order of their numbers.</summary>
/// <param name="hear">Hears one message; the task says when the next may come.</param>
internal sealed class Inbox(Func<ReadOnlyMemory<byte>, ValueTask> hear)
{
    private readonly Lock _gate = new();
    private Task _work = Task.CompletedTask;
    private long _last;

    /// <summary>Hears the messages of a body, one on each line. One that was taken already, as its client did not see the answer, is not heard again.</summary>
    /// <param name="number">Which body it is: 1 for the first, then one more for each.</param>
    /// <param name="body">The body, not to be changed meanwhile.</param>
    /// <returns>False where another one is due: the one before has not come, or is still at work.</returns>
    public async ValueTask<bool> TakeAsync(long number, ReadOnlyMemory<byte> body)
    {
        TaskCompletionSource? done = null;
        Task work;
        lock (_gate)
        {
            if (number == _last + 1 && _work.IsCompleted)
            {
                done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _last = number;
                _work = done.Task;
            }
            else if (number > _last)
            {
                return false;
            }
            work = _work;
        }
        if (done is null)
        {
            await work;
            return true;
        }
        try
        {
            await HearAllAsync(body);
        }
        finally
        {
            done.SetResult();
        }
        return true;
    }

    private async ValueTask HearAllAsync(ReadOnlyMemory<byte> body)
    {
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (line.Span.ContainsAnyExcept(" \t\r"u8))
            {
                await hear(line);
            }
        }
    }
}

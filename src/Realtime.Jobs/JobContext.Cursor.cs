using System.Text.Json;
using Realtime.Jobs;

namespace Realtime;

public sealed partial class JobContext
{
    // Apart from the steps, whose names are the handler's to choose.
    private const string CursorPrefix = "\u0001cursor ";

    /// <summary>
    /// Where an earlier attempt's loop got to: what it saved last with <see cref="SaveCursorAsync"/>. The default of <typeparamref name="T"/>
    /// (0, null) if none has saved one.
    /// </summary>
    /// <typeparam name="T">The position, which is stored as JSON: a row's number or key, a page, an offset in a file.</typeparam>
    /// <param name="name">Which of the job's cursors, where it has several.</param>
    /// <exception cref="OperationCanceledException">The job is to stop.</exception>
    public async ValueTask<T?> CursorAsync<T>(string name = "") =>
        await RecordedAsync(CursorPrefix + name) is { } position ? JsonSerializer.Deserialize<T>(position, _job.Owner.Json) : default;

    /// <summary>
    /// Saves where a long loop is, so that a later attempt goes on from there: <c>await job.SaveCursorAsync(row + 1)</c>. It is as durable as
    /// the store once this returns, and each save is a write: in a tight loop, save every hundredth turn or so. What was
    /// done since the last save is done again by the next attempt, so it should bear that.
    /// </summary>
    /// <typeparam name="T">The position, which is stored as JSON.</typeparam>
    /// <param name="position">Where to go on.</param>
    /// <param name="name">Which of the job's cursors, where it has several.</param>
    /// <exception cref="OperationCanceledException">This attempt no longer holds the job: others go on with it. Or the job is to stop.</exception>
    public async ValueTask SaveCursorAsync<T>(T position, string name = "")
    {
        var written = JsonSerializer.SerializeToUtf8Bytes(position, _job.Owner.Json);
        // Not with the job's token: that far it is done, and saying so must not be lost to a cancel.
        if (!await _server.Runtime.Store.SaveCursorAsync(_server.Node.Id, Id, Attempt, CursorPrefix + name, written, CancellationToken.None))
        {
            Cancel(CancelReason.LeaseLost);
            throw new OperationCanceledException($"The job {Id} was taken over while it ran.", Cancellation);
        }
        if (_steps is not null)
        {
            _steps[CursorPrefix + name] = written;
        }
        // A good place to stop.
        Cancellation.ThrowIfCancellationRequested();
    }
}

using Microsoft.Extensions.DependencyInjection;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>What all streams of server-sent events share.</summary>
internal static class EventsResponse
{
    /// <summary>The id of the last event that the viewer has, or null (WHATWG HTML, section 9.2.4).</summary>
    public static string? LastEventId(Request request) => request.Headers["Last-Event-ID"] is [{ Length: > 0 } id, ..] ? id : null;
}

/// <summary>Server-sent events of an async stream: each goes out at once, and silence is filled with comments.</summary>
/// <param name="open">Gives the stream for a request, until a token fires.</param>
/// <param name="heartbeat">How long it may be silent.</param>
internal sealed class EventsResponse<T>(Func<Request, CancellationToken, IAsyncEnumerable<T>> open, TimeSpan heartbeat) : Response
{
    protected override async ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        var headers = connection.ResponseHeaders;
        headers.ContentType = "text/event-stream";
        headers["Cache-Control"] = "no-store, no-transform";
        // nginx and its kin hold a response back until a buffer is full, unless told.
        headers["X-Accel-Buffering"] = "no";
        if (request.Method == "HEAD")
        {
            return;
        }
        await connection.StartAsync(request.Disconnected);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Disconnected, request.App.Stopping);
        try
        {
            await WriteAllAsync(request, connection, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }
    }

    private async Task WriteAllAsync(Request request, HttpConnection connection, CancellationToken ending)
    {
        var time = request.App.Provider.GetRequiredService<TimeProvider>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var endedRegistration = ending.Register(static state => ((TaskCompletionSource)state!).TrySetResult(), ended);
        using var timer = new PeriodicTimer(heartbeat, time);
        using var writer = new EventWriter(connection.ResponseBody, request.App.Json);

        var source = open(request, ending).GetAsyncEnumerator(ending);
        var tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        var next = source.MoveNextAsync().AsTask();
        try
        {
            while (!ending.IsCancellationRequested)
            {
                if (!next.IsCompleted && await Task.WhenAny(next, tick, ended.Task) != next)
                {
                    if (tick.IsCompleted)
                    {
                        tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
                        writer.Comment();
                        if (!await TimedFlush.FlushAsync(connection, time, ending))
                        {
                            break;
                        }
                    }
                    continue;
                }
                if (!await next)
                {
                    break;
                }
                writer.Write(source.Current);
                if (!await TimedFlush.FlushAsync(connection, time, ending))
                {
                    break;
                }
                next = source.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            var disposing = DisposeAsync(source, next);
            if (next.IsCompleted)
            {
                await disposing;
            }
        }
    }

    // A source that does not heed its token must not hold the connection: it is let go once it moves.
    private static async Task DisposeAsync(IAsyncEnumerator<T> source, Task<bool> next)
    {
        await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await source.DisposeAsync();
    }
}

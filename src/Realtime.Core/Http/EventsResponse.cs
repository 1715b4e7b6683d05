using Microsoft.Extensions.DependencyInjection;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Server-sent events of an async stream: each goes out at once, and silence is filled with comments.</summary>
internal sealed class EventsResponse<T>(IAsyncEnumerable<T> events, TimeSpan heartbeat) : Response
{
    protected override async ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        var headers = connection.ResponseHeaders;
        headers.ContentType = "text/event-stream";
        headers["Cache-Control"] = "no-cache, no-transform";
        // nginx and its kin hold a response back until a buffer is full, unless told.
        headers["X-Accel-Buffering"] = "no";
        if (request.Method == "HEAD")
        {
            return;
        }
        await connection.StartAsync(request.Disconnected);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Disconnected, request.App.Stopping);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var endedRegistration = ending.Token.Register(static state => ((TaskCompletionSource)state!).TrySetResult(), ended);
        using var timer = new PeriodicTimer(heartbeat, request.App.Provider.GetRequiredService<TimeProvider>());
        using var writer = new EventWriter(connection.ResponseBody, request.App.Json);

        var source = events.GetAsyncEnumerator(ending.Token);
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
                        await connection.ResponseBody.FlushAsync(ending.Token);
                    }
                    continue;
                }
                if (!await next)
                {
                    break;
                }
                writer.Write(source.Current);
                await connection.ResponseBody.FlushAsync(ending.Token);
                next = source.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
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

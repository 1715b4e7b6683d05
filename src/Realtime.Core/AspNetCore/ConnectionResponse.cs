using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Realtime.Protocol;

namespace Realtime.AspNetCore;

/// <summary>
/// A response of the contract as ASP.NET Core's features of one. Nothing is sent before middleware was asked what it still has to say
/// (<see cref="OnStarting"/>), and what is never flushed is sent at the end in one piece.
/// </summary>
internal sealed class ConnectionResponse(HttpConnection http) : IHttpResponseFeature, IHttpResponseBodyFeature
{
    private Stack<(Func<object, Task> Callback, object State)>? _starting;
    private Stack<(Func<object, Task> Callback, object State)>? _completed;
    private StartingWriter? _writer;
    private Stream? _stream;

    public int StatusCode
    {
        get => http.StatusCode;
        set => http.StatusCode = value;
    }

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = HeaderView.Of(http.ResponseHeaders);

    public bool HasStarted { get; private set; }

    public Stream Stream => _stream ??= Writer.AsStream(leaveOpen: true);

    public PipeWriter Writer => _writer ??= new StartingWriter(this, http.ResponseBody);

    Stream IHttpResponseFeature.Body
    {
        get => Stream;
        set => _stream = value;
    }

    public void OnStarting(Func<object, Task> callback, object state)
    {
        if (HasStarted)
        {
            throw new InvalidOperationException("OnStarting was called after the response had started: call it before the first byte is written.");
        }
        (_starting ??= new()).Push((callback, state));
    }

    public void OnCompleted(Func<object, Task> callback, object state) => (_completed ??= new()).Push((callback, state));

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (HasStarted)
        {
            return Task.CompletedTask;
        }
        if (_starting is null)
        {
            HasStarted = true;
            return Task.CompletedTask;
        }
        return CallStartingAsync(_starting);
    }

    public async Task CompleteAsync()
    {
        await StartAsync();
        await http.CompleteAsync();
    }

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        await StartAsync(cancellationToken);
        await http.SendFileAsync(path, offset, count, cancellationToken);
    }

    public void DisableBuffering()
    {
    }

    /// <summary>The response is on its way: says so to whoever waits for it, each even where one before it threw.</summary>
    public async ValueTask EndAsync()
    {
        List<Exception>? failures = null;
        while (_completed is not null && _completed.TryPop(out var completed))
        {
            try
            {
                await completed.Callback(completed.State);
            }
            catch (Exception exception)
            {
                (failures ??= []).Add(exception);
            }
        }
        if (failures is not null)
        {
            throw new AggregateException(failures);
        }
    }

    private async Task CallStartingAsync(Stack<(Func<object, Task> Callback, object State)> starting)
    {
        while (starting.TryPop(out var callback))
        {
            await callback.Callback(callback.State);
        }
        HasStarted = true;
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Realtime.Jobs;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogList : ILoggerProvider, ILogger
{
    public ConcurrentQueue<(int Id, LogLevel Level, string Text)> Entries { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Enqueue((eventId.Id, logLevel, formatter(state, exception)));

    /// <summary>Waits until there are as many entries of an id.</summary>
    public async Task UntilAsync(int count, int id)
    {
        using var limit = new CancellationTokenSource(Workbench.Limit);
        while (Entries.Count(entry => entry.Id == id) < count)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public void Dispose()
    {
    }
}

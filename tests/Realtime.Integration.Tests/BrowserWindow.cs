using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Realtime.Integration.Tests;

/// <summary>One page in a browser context of its own, with the errors that it reported.</summary>
public sealed class BrowserWindow : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _errors = new();

    internal BrowserWindow(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => _errors.Enqueue(error);
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Exceptions that no script of the page caught.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}

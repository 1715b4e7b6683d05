using Microsoft.Playwright;

namespace Realtime.Integration.Tests;

/// <summary>One Chromium for all tests of the <see cref="Collection"/>; each test opens windows of its own in it.</summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>The collection that shares the browser: <c>[Collection(Browser.Collection)]</c>.</summary>
    public const string Collection = "Browser";

    private const string Executable = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (!File.Exists(Executable))
        {
            throw new InvalidOperationException($"The browser tests need {Executable}: apt-get install chromium");
        }
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Executable,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }

    /// <summary>Opens a window with its own cookies and storage.</summary>
    /// <param name="options">Its size, colour scheme and so on; null for a wide, light one.</param>
    public async Task<BrowserWindow> OpenAsync(BrowserNewContextOptions? options = null)
    {
        var context = await _browser!.NewContextAsync(options ?? new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        return new BrowserWindow(context, await context.NewPageAsync());
    }
}

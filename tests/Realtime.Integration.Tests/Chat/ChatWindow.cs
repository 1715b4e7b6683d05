using Microsoft.Playwright;

namespace Realtime.Integration.Tests.Chat;

/// <summary>One person's browser window on the chat.</summary>
public sealed class ChatWindow : IAsyncDisposable
{
    private readonly BrowserWindow _window;

    private ChatWindow(BrowserWindow window) => _window = window;

    public IPage Page => _window.Page;

    /// <summary>The texts of what was said, in order.</summary>
    public ILocator Texts => Page.Locator("#log .message:not(.notice) .text");

    /// <summary>Reminders that have come.</summary>
    public ILocator Reminders => Page.Locator("#log .message.rings");

    /// <summary>Messages that the server has not confirmed.</summary>
    public ILocator Pending => Page.Locator("#log .message.pending");

    public ILocator People => Page.Locator("#people-list .who");

    public ILocator Typing => Page.Locator("#typing");

    public ILocator Banner => Page.Locator("#banner");

    public ILocator Composer => Page.Locator("#composer-text");

    public ILocator Hint => Page.Locator("#hint");

    public ILocator Title => Page.Locator("#room-title");

    public IReadOnlyCollection<string> Errors => _window.Errors;

    /// <summary>The link to a room in the list.</summary>
    public ILocator Link(string room) => Page.Locator($"#room-list a[href='#{room}']");

    /// <summary>Opens a window for somebody who has been here before.</summary>
    public static async Task<ChatWindow> OpenAsync(Browser browser, ChatServer server, string user, string room = "lobby", BrowserNewContextOptions? options = null)
    {
        var window = new ChatWindow(await browser.OpenAsync(options));
        await window.Page.AddInitScriptAsync($"localStorage['chat.name'] ??= '\"{user}\"';");
        await window.Page.GotoAsync(new Uri(server.Address, $"/#{room}").AbsoluteUri);
        await Assertions.Expect(window.Title).ToHaveTextAsync(room);
        return window;
    }

    /// <summary>Opens the room that the address names, for the first time.</summary>
    public async Task OpenRoomAsync()
    {
        await Page.Locator("#beginning button").ClickAsync();
        await Assertions.Expect(Composer).ToBeEnabledAsync();
    }

    public async Task SayAsync(string text)
    {
        await Composer.FillAsync(text);
        await Composer.PressAsync("Enter");
    }

    /// <summary>Says many things at once, past the page, as a script would.</summary>
    public Task FloodAsync(string room, int count) => Page.EvaluateAsync("""
        async ([room, count]) => {
            const { connect } = await import("/realtime/client.js");
            const client = connect();
            const topic = client.topic(`room:${room}`);
            await topic.join({ user: "Flood" });
            for (let index = 1; index <= count; index += 50) {
                const batch = Array.from({ length: Math.min(50, count - index + 1) }, (_, offset) => index + offset);
                await Promise.all(batch.map(number => topic.send("say", { id: crypto.randomUUID(), text: `line ${number}` })));
            }
            client.close();
        }
        """, new object[] { room, count });

    public ValueTask DisposeAsync() => _window.DisposeAsync();
}

using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Realtime.Integration.Tests.Chat;

/// <summary>The chat as people use it, in real browser windows.</summary>
[Collection(Browser.Collection)]
public sealed class ChatTests(Browser browser, ChatRunning running) : IClassFixture<ChatRunning>
{
    private readonly ChatServer _server = running.Server;

    [Fact]
    public async Task Two_windows_see_each_others_messages_presence_and_typing()
    {
        await using var ada = await ChatWindow.OpenAsync(browser, _server, "Ada", "two");
        await ada.OpenRoomAsync();
        var alan = await ChatWindow.OpenAsync(browser, _server, "Alan", "two");

        await Expect(ada.People).ToHaveTextAsync(["Adayou", "Alan"]);
        await Expect(alan.People).ToHaveTextAsync(["Alanyou", "Ada"]);

        await alan.Composer.PressSequentiallyAsync("Hel");
        await Expect(ada.Typing).ToHaveTextAsync("Alan is typing");
        await alan.SayAsync("Hello, Ada!");
        await Expect(ada.Texts).ToHaveTextAsync(["Hello, Ada!"]);
        await Expect(ada.Typing).ToHaveTextAsync("");
        await ada.SayAsync("Hello, Alan!");
        await Expect(alan.Texts).ToHaveTextAsync(["Hello, Ada!", "Hello, Alan!"]);
        await Expect(alan.Pending).ToHaveCountAsync(0);

        // Only when it is clear that it was no reload.
        await alan.DisposeAsync();
        await Expect(ada.People).ToHaveTextAsync(["Adayou"], new() { Timeout = 20_000 });
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task Markup_is_text_and_only_web_addresses_become_links()
    {
        await using var ada = await ChatWindow.OpenAsync(browser, _server, "Ada", "markup");
        await ada.OpenRoomAsync();
        const string markup = "<img src=x onerror=\"document.title='owned'\"><b>bold</b> <script>document.title='owned'</script> &amp;";

        await ada.SayAsync(markup);
        await ada.SayAsync("javascript:alert(1) data:text/html,x ftp://example.org file:///etc/passwd");
        await ada.SayAsync("See https://example.org/a_(b)?c=1&d=%20#e. And (http://example.org)!");

        await Expect(ada.Texts).ToHaveCountAsync(3);
        await Expect(ada.Pending).ToHaveCountAsync(0);
        await Expect(ada.Texts.First).ToHaveTextAsync(markup);
        await Expect(ada.Page.Locator("#log .text :not(a)")).ToHaveCountAsync(0);
        var links = ada.Page.Locator("#log .text a");
        await Expect(links).ToHaveTextAsync(["https://example.org/a_(b)?c=1&d=%20#e", "http://example.org"]);
        await Expect(links.First).ToHaveAttributeAsync("href", "https://example.org/a_(b)?c=1&d=%20#e");
        await Expect(links.First).ToHaveAttributeAsync("rel", "noopener noreferrer");
        Assert.DoesNotContain("owned", await ada.Page.TitleAsync());
    }

    [Fact]
    public async Task A_first_visit_asks_for_a_name_and_the_next_one_knows_it()
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        await page.GotoAsync(_server.Address.AbsoluteUri);

        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#name-error")).ToHaveTextAsync("Type a name first.");
        await page.Keyboard.TypeAsync("Grace Hopper");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#room-title")).ToHaveTextAsync("lobby");
        await Expect(page.Locator("#people-list")).ToContainTextAsync("Grace Hopper");

        await page.ReloadAsync();
        await Expect(page.Locator("#me-name")).ToHaveTextAsync("Grace Hopper");
        await Expect(page.Locator("#name-dialog")).ToBeHiddenAsync();
        Assert.EndsWith("#lobby", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_can_be_done_with_the_keyboard()
    {
        await using var ada = await ChatWindow.OpenAsync(browser, _server, "Ada", "aa-keyboard");
        await ada.OpenRoomAsync();
        var keyboard = ada.Page.Keyboard;

        await Expect(ada.Composer).ToBeFocusedAsync();
        await keyboard.TypeAsync("one");
        await keyboard.PressAsync("Shift+Enter");
        await keyboard.TypeAsync("two");
        await keyboard.PressAsync("Enter");
        await Expect(ada.Texts).ToHaveTextAsync(["one\ntwo"], new() { UseInnerText = true });
        await Expect(ada.Composer).ToHaveValueAsync("");

        await keyboard.TypeAsync("/");
        await Expect(ada.Page.Locator("#commands")).ToBeVisibleAsync();
        await keyboard.PressAsync("ArrowDown");
        await keyboard.PressAsync("ArrowUp");
        await keyboard.PressAsync("Tab");
        await Expect(ada.Composer).ToHaveValueAsync("/remind ");
        await keyboard.PressAsync("Enter");
        await Expect(ada.Hint).ToContainTextAsync("/remind 30s tea");
        await keyboard.PressAsync("Escape");
        await Expect(ada.Hint).ToBeHiddenAsync();

        await ada.SayAsync("/dance");
        await Expect(ada.Hint).ToContainTextAsync("There is no command /dance");
        await Expect(ada.Composer).ToHaveValueAsync("/dance");
        await ada.SayAsync("/help");
        await Expect(ada.Page.Locator("#commands li")).ToHaveCountAsync(3);
        await keyboard.PressAsync("Escape");
        await Expect(ada.Page.Locator("#commands")).ToBeHiddenAsync();
        await Expect(ada.Texts).ToHaveCountAsync(1);

        await keyboard.PressAsync("Alt+ArrowUp");
        await Expect(ada.Title).ToHaveTextAsync("lobby");
        await keyboard.PressAsync("Alt+ArrowDown");
        await Expect(ada.Title).ToHaveTextAsync("aa-keyboard");
    }

    [Fact]
    public async Task Unread_messages_are_marked_until_they_are_seen()
    {
        await using var ada = await ChatWindow.OpenAsync(browser, _server, "Ada", "unread-here");
        await ada.OpenRoomAsync();
        await using var alan = await ChatWindow.OpenAsync(browser, _server, "Alan", "unread-there");
        await alan.OpenRoomAsync();
        await alan.SayAsync("before");
        await Expect(ada.Link("unread-there").Locator(".badge")).ToHaveTextAsync("1");
        await alan.SayAsync("again");

        await Expect(ada.Link("unread-there").Locator(".badge")).ToHaveTextAsync("2");
        await Expect(ada.Page).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex("^\\([0-9]+\\) unread-here"));
        await ada.Link("unread-there").ClickAsync();
        await Expect(ada.Texts).ToHaveTextAsync(["before", "again"]);
        await Expect(ada.Link("unread-there").Locator(".badge")).ToBeHiddenAsync();

        await ada.Link("unread-here").ClickAsync();
        await alan.SayAsync("third");
        await Expect(ada.Link("unread-there").Locator(".badge")).ToHaveTextAsync("1");
        await ada.Link("unread-there").ClickAsync();
        await Expect(ada.Page.Locator("#log .fresh + .message .text")).ToHaveTextAsync("third");
    }

    [Fact]
    public async Task What_was_said_before_is_read_by_scrolling_up_and_new_messages_do_not_move_it()
    {
        await using var ada = await ChatWindow.OpenAsync(browser, _server, "Ada", "past");
        await ada.OpenRoomAsync();
        await ada.FloodAsync("past", 150);
        await using var alan = await ChatWindow.OpenAsync(browser, _server, "Alan", "past");

        await Expect(alan.Texts.Last).ToHaveTextAsync("line 150");
        await Expect(alan.Texts.Last).ToBeInViewportAsync();
        Assert.True(await alan.Texts.CountAsync() < 150);
        await alan.Page.Locator("#timeline").HoverAsync();
        while (!await alan.Page.Locator("#beginning").IsVisibleAsync())
        {
            await alan.Page.Mouse.WheelAsync(0, -4000);
        }
        await Expect(alan.Texts).ToHaveTextAsync([.. Enumerable.Range(1, 150).Select(number => $"line {number}")]);

        var place = await alan.Texts.Nth(20).BoundingBoxAsync();
        await ada.SayAsync("news");
        await Expect(alan.Page.Locator("#jump")).ToHaveTextAsync("1 new message");
        Assert.Equal(place!.Y, (await alan.Texts.Nth(20).BoundingBoxAsync())!.Y);
        await alan.Page.Locator("#jump").ClickAsync();
        await Expect(alan.Texts.Last).ToBeInViewportAsync();
        await Expect(alan.Page.Locator("#jump")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_phone_has_drawers_for_rooms_and_people()
    {
        await using var ada = await ChatWindow.OpenAsync(browser, _server, "Ada", "lobby", new()
        {
            ViewportSize = new() { Width = 390, Height = 844 },
            IsMobile = true,
            HasTouch = true,
        });

        await Expect(ada.Link("lobby")).ToBeHiddenAsync();
        await ada.Page.Locator("#open-rooms").TapAsync();
        await Expect(ada.Link("lobby")).ToBeInViewportAsync();
        await ada.Page.Locator("#new-room-name").FillAsync("Pocket Room");
        await ada.Page.Locator("#new-room-name").PressAsync("Enter");
        await Expect(ada.Title).ToHaveTextAsync("pocket-room");
        await Expect(ada.Link("lobby")).ToBeHiddenAsync();
        await ada.Page.Locator("#open-people").TapAsync();
        await Expect(ada.People).ToHaveTextAsync(["Adayou"]);
        await ada.Page.Keyboard.PressAsync("Escape");
        await Expect(ada.People).ToBeHiddenAsync();
        Assert.Equal(390, await ada.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }
}

using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Realtime.Integration.Tests.Chat;

/// <summary>Keeps pictures of the chat under artifacts/screenshots, for people to look at.</summary>
[Collection(Browser.Collection)]
public sealed class ChatLookTests(Browser browser)
{
    [Fact]
    public async Task The_demo_fits_wide_and_narrow_windows_in_light_and_dark()
    {
        await using var server = await ChatServer.StartAsync("--demo");
        foreach (var (size, width, height) in new[] { ("wide", 1280, 800), ("phone", 390, 844) })
        {
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await using var ada = await ChatWindow.OpenAsync(browser, server, "Ada", "lobby", new()
                {
                    ViewportSize = new() { Width = width, Height = height },
                    ColorScheme = scheme,
                    IsMobile = width < 500,
                    HasTouch = width < 500,
                });
                await Expect(ada.People).ToHaveCountAsync(5);
                await Expect(ada.Texts.Last).ToBeInViewportAsync();
                await ada.Page.ScreenshotAsync(new() { Path = Path.Combine(Screenshots(), $"chat-{size}-{scheme}.png".ToLowerInvariant()) });
                Assert.Equal(width, await ada.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
                Assert.Equal(height, await ada.Page.EvaluateAsync<int>("document.documentElement.scrollHeight"));
                Assert.Empty(ada.Errors);
            }
        }
    }

    private static string Screenshots() => Path.Combine(Repository.Root, "artifacts", "screenshots");
}

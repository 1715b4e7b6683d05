using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Realtime.Integration.Tests.Chat;

/// <summary>The chat whose server goes away and comes back.</summary>
[Collection(Browser.Collection)]
public sealed class ChatRestartTests(Browser browser)
{
    // A client waits up to some seconds before it tries again, and a dead worker's jobs wait for its lease to end.
    private const float UntilBack = 30_000;
    private const float UntilRescued = 60_000;

    [Fact]
    public async Task A_restart_loses_no_message_and_doubles_none()
    {
        await using var server = await ChatServer.StartAsync();
        await using var ada = await ChatWindow.OpenAsync(browser, server, "Ada");
        await using var alan = await ChatWindow.OpenAsync(browser, server, "Alan");
        await ada.SayAsync("before");
        await Expect(alan.Texts).ToHaveTextAsync(["before"]);

        await server.StopAsync();
        await Expect(ada.Banner).ToContainTextAsync("The connection is away");
        await ada.SayAsync("meanwhile");
        await ada.SayAsync("meanwhile too");
        await Expect(ada.Pending).ToHaveCountAsync(2);
        await server.StartAgainAsync();
        await Expect(alan.Texts).ToHaveTextAsync(["before", "meanwhile", "meanwhile too"], new() { Timeout = UntilBack });
        await Expect(ada.Texts).ToHaveTextAsync(["before", "meanwhile", "meanwhile too"]);
        await Expect(ada.Pending).ToHaveCountAsync(0);
        await Expect(alan.People).ToHaveTextAsync(["Alanyou", "Ada"], new() { Timeout = UntilBack });

        // Killed while Ada is sending: some of these may be stored and unanswered, some not even sent.
        await ada.SayAsync("killed 1");
        await ada.SayAsync("killed 2");
        await server.KillAsync();
        await ada.SayAsync("killed 3");
        await server.StartAgainAsync();
        string[] all = ["before", "meanwhile", "meanwhile too", "killed 1", "killed 2", "killed 3"];
        await Expect(ada.Texts).ToHaveTextAsync(all, new() { Timeout = UntilBack });
        await Expect(ada.Pending).ToHaveCountAsync(0, new() { Timeout = UntilBack });
        await Expect(alan.Texts).ToHaveTextAsync(all, new() { Timeout = UntilBack });

        await using var grace = await ChatWindow.OpenAsync(browser, server, "Grace");
        await Expect(grace.Texts).ToHaveTextAsync(all);
        Assert.Empty(ada.Errors);
        Assert.Empty(alan.Errors);
    }

    [Fact]
    public async Task A_reminder_comes_once_though_the_server_was_restarted_in_between()
    {
        await using var server = await ChatServer.StartAsync();
        await using var ada = await ChatWindow.OpenAsync(browser, server, "Ada");

        await ada.SayAsync("/remind 3s tea");
        await Expect(ada.Page.Locator("#log .message.notice")).ToContainTextAsync("Ada will be reminded");
        await Expect(ada.Pending).ToHaveCountAsync(0);
        await server.StopAsync();
        await server.StartAgainAsync();

        await Expect(ada.Reminders).ToContainTextAsync("Ada: tea", new() { Timeout = UntilRescued });
        await ada.Page.ReloadAsync();
        await Expect(ada.Reminders).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task An_export_killed_half_way_finishes_after_the_restart()
    {
        const int Lines = 120;
        await using var server = await ChatServer.StartAsync("--export-rest", "00:00:00.7");
        await using var ada = await ChatWindow.OpenAsync(browser, server, "Ada");
        await using var alan = await ChatWindow.OpenAsync(browser, server, "Alan");
        await ada.FloodAsync("lobby", Lines);
        await Expect(alan.Texts.Last).ToHaveTextAsync($"line {Lines}");

        await ada.SayAsync("/export");
        var progress = ada.Page.Locator(".transcript small");
        await Expect(progress).ToHaveTextAsync("50 of 121 messages");
        await Expect(alan.Page.Locator(".transcript small")).ToHaveTextAsync("50 of 121 messages");
        await server.KillAsync();
        await server.StartAgainAsync();

        var download = ada.Page.Locator(".transcript a.download");
        await Expect(download).ToBeVisibleAsync(new() { Timeout = UntilRescued });
        await Expect(progress).ToContainTextAsync("121 messages");
        await Expect(alan.Page.Locator(".transcript a.download")).ToBeVisibleAsync();
        var saved = await ada.Page.RunAndWaitForDownloadAsync(() => download.ClickAsync());
        var transcript = await File.ReadAllTextAsync(await saved.PathAsync());
        Assert.Equal(
            Enumerable.Range(1, Lines).Select(number => $"Flood: line {number}"),
            transcript.Split('\n').Where(line => line.Contains("Flood: ", StringComparison.Ordinal)).Select(line => line[18..]));
    }
}

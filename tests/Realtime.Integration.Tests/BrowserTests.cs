namespace Realtime.Integration.Tests;

[Collection(Browser.Collection)]
public sealed class BrowserTests(Browser browser)
{
    [Fact]
    public async Task A_window_runs_scripts_and_keeps_what_they_failed_with()
    {
        await using var window = await browser.OpenAsync();

        await window.Page.SetContentAsync("<script>document.title = 'ran'; throw new Error('on purpose');</script>");

        Assert.Equal("ran", await window.Page.TitleAsync());
        Assert.Contains("on purpose", Assert.Single(window.Errors));
    }
}

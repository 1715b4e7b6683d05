using System.Security.Claims;
using Microsoft.Playwright;
using Realtime.Hosting;

namespace Realtime.Integration.Tests.Safety;

/// <summary>What a real browser makes of sessions, of pages of other sites, and of text that would be a script.</summary>
[Collection(Browser.Collection)]
public sealed class SafetyBrowserTests(Browser browser)
{
    [Fact]
    public async Task A_visitor_signs_in_is_brought_back_and_sees_each_flash_once()
    {
        await using var bank = await Bank.StartAsync();
        await using var window = await browser.OpenAsync();
        var page = window.Page;

        await page.GotoAsync($"{bank.Origin}/account?tab=2");
        Assert.Equal($"{bank.Origin}/login?next=%2Faccount%3Ftab%3D2", page.Url);
        await page.FillAsync("input[name=name]", "Ada");
        await page.ClickAsync("button");

        Assert.Equal($"{bank.Origin}/account?tab=2", page.Url);
        Assert.Contains("Welcome, Ada.", await page.TextContentAsync("body"), StringComparison.Ordinal);
        await page.ReloadAsync();
        Assert.DoesNotContain("Welcome, Ada.", await page.TextContentAsync("body"), StringComparison.Ordinal);
        Assert.Contains("Ada has 100", await page.TextContentAsync("body"), StringComparison.Ordinal);

        var cookie = Assert.Single(await page.Context.CookiesAsync());
        Assert.Equal(("session", "/", true, SameSiteAttribute.Lax), (cookie.Name, cookie.Path, cookie.HttpOnly, cookie.SameSite));
        Assert.Equal("", await page.EvaluateAsync<string>("document.cookie"));

        await page.ClickAsync("#send");
        Assert.Contains("Ada has 90", await page.TextContentAsync("body"), StringComparison.Ordinal);
        await page.ClickAsync("#out");
        Assert.Empty(await page.Context.CookiesAsync());
        Assert.Empty(window.Errors);
    }

    [Theory]
    [InlineData("127.0.0.1", "form")]
    [InlineData("127.0.0.1", "fetch")]
    [InlineData("localhost", "form")]
    [InlineData("localhost", "fetch")]
    public async Task A_page_of_another_origin_cannot_act_for_the_visitor(string host, string how)
    {
        await using var bank = await Bank.StartAsync();
        await using var evil = await StartEvilAsync(bank.Origin);
        await using var window = await browser.OpenAsync();
        await bank.SignInAsync(window.Page);

        var response = await window.Page.RunAndWaitForResponseAsync(
            () => window.Page.GotoAsync($"http://{host}:{evil.Address.Port}/{how}"), static response => response.Url.EndsWith("/send", StringComparison.Ordinal));

        Assert.Equal(100, bank.Balance);
        // Of one site for a browser, which therefore adds the cookie: only the origin tells them apart. Of another it does not, so that nobody is signed in.
        Assert.Equal((host, how) switch { ("127.0.0.1", _) => 403, (_, "form") => 303, _ => 401 }, response.Status);
        if (host == "127.0.0.1" && how == "form")
        {
            Assert.Contains($"comes from a page of http://127.0.0.1:{evil.Address.Port}", await response.TextAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_page_of_a_trusted_origin_can()
    {
        await using var partner = await StartEvilAsync(null);
        await using var bank = await Bank.StartAsync($"http://127.0.0.1:{partner.Address.Port}");
        await using var window = await browser.OpenAsync();
        await bank.SignInAsync(window.Page);

        await window.Page.RunAndWaitForResponseAsync(
            () => window.Page.GotoAsync($"http://127.0.0.1:{partner.Address.Port}/form?to={Uri.EscapeDataString(bank.Origin)}"),
            static response => response.Url.EndsWith("/account", StringComparison.Ordinal));

        Assert.Equal(90, bank.Balance);
    }

    [Fact]
    public async Task A_page_of_another_origin_cannot_frame_ours()
    {
        await using var bank = await Bank.StartAsync();
        await using var evil = await StartEvilAsync(bank.Origin);
        await using var window = await browser.OpenAsync();

        await window.Page.GotoAsync($"{evil.Address}frame");

        Assert.DoesNotContain("Sign in", await window.Page.Frames[1].ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_of_a_stranger_is_text_in_a_browser()
    {
        string[] texts =
        [
            "<script>window.hacked = 1</script>", "\"><img src=x onerror='window.hacked = 1'>", "'><svg onload=window.hacked=1>", "</title><script>window.hacked=1</script>", "--><script>window.hacked=1</script>",
            "&lt;script&gt;", "</script><script>window.hacked=1</script>", "\u2028<b>", "`${window.hacked=1}`",
        ];
        var app = new App();
        app.Get("/", () => Response.Html($"""
            <!doctype html><title>{texts[0]}</title>
            {texts.Select(static text => Html.Of($"<p data-text=\"{text}\" title='{text}'>{text}</p><textarea>{text}</textarea>"))}
            <script type="application/json" id="data">{Html.Json(texts)}</script>
            """));
        await using var server = await KestrelServerHost.StartAsync(app);
        await using var window = await browser.OpenAsync();

        await window.Page.GotoAsync(server.Address.ToString());

        Assert.Equal(texts, await window.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('p')].map(p => p.textContent)"));
        Assert.Equal(texts, await window.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('p')].map(p => p.dataset.text)"));
        Assert.Equal(texts, await window.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('p')].map(p => p.title)"));
        Assert.Equal(texts, await window.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('textarea')].map(area => area.value)"));
        Assert.Equal(texts, await window.Page.EvaluateAsync<string[]>("JSON.parse(document.getElementById('data').textContent)"));
        Assert.Equal(texts[0], await window.Page.TitleAsync());
        Assert.True(await window.Page.EvaluateAsync<bool>("window.hacked === undefined"));
        Assert.Empty(window.Errors);
    }

    private static Task<KestrelServerHost> StartEvilAsync(string? target)
    {
        var app = new App();
        app.Get("/form", (string? to) => Response.Html($"<form method='post' action='{to ?? target}/send'><input name='amount' value='10'></form><script>document.forms[0].submit()</script>"));
        app.Get("/fetch", () => Response.Html($$"""
            <script>
            fetch('{{target}}/send', { method: 'POST', mode: 'no-cors', credentials: 'include', body: new URLSearchParams({ amount: '10' }) }).finally(() => location.hash = 'done')
            </script>
            """));
        app.Get("/frame", () => Response.Html($"<iframe src='{target}/login'></iframe>"));
        return KestrelServerHost.StartAsync(app);
    }

    private sealed class Bank : IAsyncDisposable
    {
        private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("realtime-bank-");
        private KestrelServerHost _server = null!;
        private int _balance = 100;

        public int Balance => _balance;

        public string Origin => _server.Address.GetLeftPart(UriPartial.Authority);

        public static async Task<Bank> StartAsync(params string[] trusted)
        {
            var bank = new Bank();
            var app = new App(new AppOptions { DataFolder = bank._data.FullName });
            app.Security = app.Security with { TrustedOrigins = trusted };
            app.Login("/login");
            app.Get("/login", () => Response.Html($"<title>Sign in</title><form method='post'><input name='name'><button>Sign in</button></form>"));
            app.Post("/login", ([Form] string name, Request request) =>
            {
                request.SignIn(name);
                request.Session.Flash($"Welcome, {name}.");
                return Response.Redirect(request.Next("/account"));
            });
            app.Get("/account", (ClaimsPrincipal user, Session session) => Response.Html($"""
                {session.TakeFlashes().Select(static flash => Html.Of($"<p>{flash.Text}</p>"))}
                <p>{user.Identity!.Name} has {bank._balance}</p>
                <form method="post" action="/send"><input name="amount" value="10"><button id="send">Send</button></form>
                <form method="post" action="/logout"><button id="out">Sign out</button></form>
                """)).RequireLogin();
            app.Post("/send", ([Form] int amount) =>
            {
                Interlocked.Add(ref bank._balance, -amount);
                return Response.Redirect("/account");
            }).RequireLogin();
            app.Post("/logout", (Request request) =>
            {
                request.SignOut();
                return Response.Redirect("/login");
            });
            bank._server = await KestrelServerHost.StartAsync(app);
            return bank;
        }

        public async Task SignInAsync(IPage page)
        {
            await page.GotoAsync($"{Origin}/login");
            await page.FillAsync("input[name=name]", "Ada");
            await page.ClickAsync("button");
            Assert.EndsWith("/account", page.Url, StringComparison.Ordinal);
        }

        public async ValueTask DisposeAsync()
        {
            await _server.DisposeAsync();
            _data.Delete(recursive: true);
        }
    }
}

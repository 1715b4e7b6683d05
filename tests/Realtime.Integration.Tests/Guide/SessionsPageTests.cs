using System.Net;
using System.Net.Http.Headers;
using Realtime.Integration.Tests.Scripts;

namespace Realtime.Integration.Tests.Guide;

/// <summary>The programs of docs/guide/sessions.md and docs/guide/pages.md, each taken from its page, built and run.</summary>
public sealed class SessionsPageTests
{
    [Fact]
    public async Task People_sign_in_to_the_board_and_write_on_it()
    {
        await using var program = await Script.RunTextAsync("guide-sessions-board.cs", GuidePage.Read("sessions.md").Programs["board.cs"]);
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = program.Http.BaseAddress };

        Assert.Contains("""<a href="/login">""", await client.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(client, "/notes", ("text", "Hello"))).StatusCode);
        Assert.Equal("/login", (await PostAsync(client, "/login", ("name", "Ada"), ("password", "guess"))).Headers.Location!.ToString());
        Assert.Contains("<p class='error'>That is not", await client.GetStringAsync("/login"), StringComparison.Ordinal);
        Assert.DoesNotContain("class='error'", await client.GetStringAsync("/login"), StringComparison.Ordinal);

        Assert.Equal("/", (await PostAsync(client, "/login?next=//evil.example", ("name", "Alan"), ("password", "enigma"))).Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.SeeOther, (await PostAsync(client, "/notes", ("text", "<Hello>"))).StatusCode);
        var page = await client.GetStringAsync("/");
        Assert.Contains("<li>Alan: &lt;Hello&gt;</li>", page, StringComparison.Ordinal);
        Assert.Contains("Your note is on the board.", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(client, "/clear")).StatusCode);
        await PostAsync(client, "/logout");
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(client, "/clear")).StatusCode);

        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "token-of-ada");
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(client, "/clear")).StatusCode);
        Assert.DoesNotContain("<li>", await client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_shop_shows_its_things_and_serves_its_style()
    {
        await using var program = await Script.RunTextAsync("guide-pages-shop.cs", GuidePage.Read("pages.md").Programs["shop.cs"]);

        Assert.Contains("""<a href="/things/1">Fish &amp; chips</a> <b class='new'>new</b>""", await program.Http.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.DoesNotContain("Fish", await program.Http.GetStringAsync("/?search=soup"), StringComparison.Ordinal);
        Assert.Contains("<p>7.50 €</p>", await program.Http.GetStringAsync("/things/1"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await program.Http.GetAsync("/things/3")).StatusCode);
        using var style = await program.Http.GetAsync("/public/shop.css");
        Assert.Equal("text/css", style.Content.Headers.ContentType!.MediaType);
        Assert.Equal(TimeSpan.FromHours(1), style.Headers.CacheControl!.MaxAge);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, params (string Name, string Value)[] fields) =>
        client.PostAsync(path, new FormUrlEncodedContent(fields.Select(static field => KeyValuePair.Create(field.Name, field.Value))));
}

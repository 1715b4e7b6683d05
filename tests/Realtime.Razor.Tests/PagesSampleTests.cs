using System.Net;
using Pages;
using Realtime.Testing;

namespace Realtime.Razor.Tests;

/// <summary>The sample <c>samples/Pages</c>.</summary>
public sealed class PagesSampleTests
{
    [Fact]
    public async Task A_guest_signs_and_is_read_with_markup_escaped()
    {
        await using var server = await TestServer.StartAsync(GuestBook.Create());

        var empty = await server.Http.GetStringAsync("/");
        using var signed = await server.Http.PostAsync("/", Form("Ada", "I was here. <script>alert(1)</script>"));
        var page = await server.Http.GetStringAsync("/");

        Assert.Contains("Nobody has signed yet", empty, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, signed.StatusCode);
        Assert.Contains("I was here. &lt;script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("Ada, 1 January 2026, 00:00", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/\" class=\"active\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_is_not_filled_in_comes_back_as_it_was()
    {
        await using var server = await TestServer.StartAsync(GuestBook.Create());

        using var refused = await server.Http.PostAsync("/", Form("Ada", ""));
        var page = await refused.Content.ReadAsStringAsync();

        Assert.Equal(422, (int)refused.StatusCode);
        Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"Ada\"", page, StringComparison.Ordinal);
    }

    private static FormUrlEncodedContent Form(string name, string text) => new(new Dictionary<string, string> { ["name"] = name, ["text"] = text });
}

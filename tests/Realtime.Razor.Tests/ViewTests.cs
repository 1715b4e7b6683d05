using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Razor.Tests.Components;
using Realtime.Testing;

namespace Realtime.Razor.Tests;

public sealed class ViewTests
{
    [Fact]
    public async Task A_component_is_a_page_within_its_layouts_with_its_values_escaped()
    {
        await using var server = await StartAsync(() => Response.View<Greeting>(new { Name = "<b>\"Ada\" & Zoë</b>", Numbers = new[] { 1, 2 }, Trusted = "<hr>" }));

        using var response = await server.Http.GetAsync("/");
        var page = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.StartsWith("<!doctype html><html><body><main><h1 title=\"&lt;b&gt;&quot;Ada&quot; &amp; Zo", page.ReplaceLineEndings(""), StringComparison.Ordinal);
        Assert.Contains("Hello, &lt;b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.Contains("<li>1</li>", page, StringComparison.Ordinal);
        Assert.Contains("<hr>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_may_be_pairs_or_none_and_a_status_may_be_chosen()
    {
        await using var server = await StartAsync(static (bool? pairs) => pairs == true
            ? Response.View<Greeting>(new Dictionary<string, object?> { ["Name"] = "pairs" }, status: 422)
            : Response.View<Greeting>());

        using var response = await server.Http.GetAsync("/?pairs=true");

        Assert.Equal(422, (int)response.StatusCode);
        Assert.Contains("Hello, pairs!", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("Hello, you!", await server.Http.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_components_load_is_waited_for_and_they_inject_services_the_request_and_where_they_are()
    {
        await using var server = await StartAsync(static (Clock clock) => Response.View<Loading>(), path: "/a b/{name}");

        var page = await server.Http.GetStringAsync("/a%20b/%C3%BC?q=seen");

        Assert.Matches("^<p>loaded seen a%20b/%C3%BC\\?q=seen [0-9]+</p>", page);
    }

    [Fact]
    public async Task Navigating_while_the_page_is_made_is_a_redirect()
    {
        await using var server = await StartAsync(static () => Response.View<Elsewhere>());

        using var response = await server.Http.GetAsync("/");

        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Equal("/login?from=here", response.Headers.Location?.ToString());
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task An_exception_out_of_a_component_is_handled_as_a_handlers_own_and_nothing_of_the_page_is_sent()
    {
        var app = new App();
        app.Get("/", static () => Response.View<Broken>());
        app.OnError<TimeoutException>(static () => Response.Text("Busy.", status: 503));
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("Busy.", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_parameter_that_the_component_does_not_have_is_an_error()
    {
        await using var server = await StartAsync(static () => Response.View<Greeting>(new { Nmae = "Ada" }));

        Assert.Equal(HttpStatusCode.InternalServerError, (await server.Http.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task A_layout_within_itself_is_an_error_and_no_endless_search()
    {
        var app = new App();
        app.Get("/", static () => Response.View<Lost>());
        app.OnError<InvalidOperationException>(static (InvalidOperationException error) => Response.Text(error.Message, status: 500));
        await using var server = await TestServer.StartAsync(app);

        Assert.Contains("put it on the pages", await (await server.Http.GetAsync("/")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_page_arrives_whole()
    {
        var numbers = Enumerable.Range(0, 20_000).ToArray();
        await using var server = await StartAsync(() => Response.View<Greeting>(new { Name = "😀", Numbers = numbers }));

        var page = await server.Http.GetStringAsync("/");

        Assert.All([0, 9_999, 19_999], number => Assert.Contains($"<li>{number}</li>", page, StringComparison.Ordinal));
        Assert.Contains("Hello, ", page, StringComparison.Ordinal);
    }

    private static async Task<TestServer> StartAsync(Delegate handler, string path = "/")
    {
        var app = new App();
        app.Services.AddScoped<Clock>();
        app.Get(path, handler);
        return await TestServer.StartAsync(app);
    }
}

using System.Net;
using System.Text.Json;
using Realtime.Testing;

namespace Realtime.Core.Tests.Http;

public sealed class ResponseTests
{
    [Theory]
    [InlineData("/text", 200, "text/plain; charset=utf-8", "Grüße")]
    [InlineData("/object", 200, "application/json; charset=utf-8", """{"sum":3}""")]
    [InlineData("/number", 200, "application/json; charset=utf-8", "42")]
    [InlineData("/later", 200, "application/json; charset=utf-8", """["a","b"]""")]
    [InlineData("/stream", 200, "application/json; charset=utf-8", "[1,2]")]
    [InlineData("/tuple", 201, "application/json; charset=utf-8", """{"id":1}""")]
    [InlineData("/tuple-text", 418, "text/plain; charset=utf-8", "teapot")]
    [InlineData("/tuple-null", 202, null, "")]
    [InlineData("/nothing", 204, null, "")]
    [InlineData("/nothing-later", 204, null, "")]
    [InlineData("/response", 403, "text/plain; charset=utf-8", "Blocked.")]
    [InlineData("/json-null", 200, "application/json; charset=utf-8", "null")]
    [InlineData("/bytes", 200, "application/octet-stream", "ab")]
    [InlineData("/status", 410, null, "")]
    [InlineData("/html", 200, "text/html; charset=utf-8", "<b>1 &lt; 2</b><i>x</i><i>&amp;</i>")]
    [InlineData("/html-text", 200, "text/html; charset=utf-8", "<p>")]
    [InlineData("/written", 200, "text/css", "a{}")]
    public async Task A_result_becomes_the_response(string path, int status, string? contentType, string body)
    {
        var app = new App();
        app.Get("/text", () => "Grüße");
        app.Get("/object", () => new { sum = 3 });
        app.Get("/number", () => 42);
        app.Get("/later", async () =>
        {
            await Task.Yield();
            return new[] { "a", "b" };
        });
        app.Get("/stream", CountAsync);
        app.Get("/tuple", () => (new { id = 1 }, 201));
        app.Get("/tuple-text", () => ("teapot", 418));
        app.Get("/tuple-null", () => ((string?)null, 202));
        app.Get("/nothing", () => { });
        app.Get("/nothing-later", async () => await Task.Yield());
        app.Get("/response", () => Response.Text("Blocked.", status: 403));
        app.Get("/json-null", () => Response.Json<string?>(null));
        app.Get("/bytes", () => "ab"u8.ToArray());
        app.Get("/status", () => Response.Status(410));
        app.Get("/html", () => Response.Html($"<b>{"1 < 2"}</b>{new[] { "x", "&" }.Select(item => Html.Of($"<i>{item}</i>"))}{null as string}"));
        app.Get("/html-text", () => Response.Html("<p>"));
        app.Get("/written", () => Response.Stream((stream, cancellation) => stream.WriteAsync("a{}"u8.ToArray(), cancellation).AsTask(), "text/css"));
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync(path);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(contentType, response.Content.Headers.ContentType?.ToString());
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Null_is_404_for_a_GET_and_204_for_the_rest()
    {
        var app = new App();
        app.Get("/a", string? () => null);
        app.Post("/a", object? () => null);
        await using var server = await TestServer.StartAsync(app);

        using var got = await server.Http.GetAsync("/a");
        using var posted = await server.Http.PostAsync("/a", null);

        Assert.Equal(HttpStatusCode.NotFound, got.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, posted.StatusCode);
    }

    [Fact]
    public async Task What_was_accepted_says_where_it_is()
    {
        var app = new App();
        app.Post("/a", () => Response.Accepted(new Ticket(7)));
        app.Post("/b", () => Response.Created("/b/1", new { id = 1 }));
        app.Post("/c", () => Response.Redirect("/d"));
        await using var server = await TestServer.StartAsync(app);

        using var accepted = await server.Http.PostAsync("/a", null);
        using var created = await server.Http.PostAsync("/b", null);
        using var redirected = await server.Http.PostAsync("/c", null);

        Assert.Equal((HttpStatusCode.Accepted, "/jobs/7", """{"id":7,"location":"/jobs/7"}"""), await TellAsync(accepted));
        Assert.Equal((HttpStatusCode.Created, "/b/1", """{"id":1}"""), await TellAsync(created));
        Assert.Equal((HttpStatusCode.SeeOther, "/d", ""), await TellAsync(redirected));

        static async Task<(HttpStatusCode, string?, string)> TellAsync(HttpResponseMessage response) =>
            (response.StatusCode, response.Headers.Location?.ToString(), await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Headers_of_a_response_replace_those_of_its_kind()
    {
        var app = new App();
        app.Get("/", () =>
        {
            var response = Response.Text("a,b");
            response.Headers["X-App"] = "notes";
            response.Headers.ContentType = "text/csv";
            return response;
        });
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");

        Assert.Equal("text/csv", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(["notes"], response.Headers.GetValues("X-App"));
    }

    [Fact]
    public async Task A_long_text_arrives_whole()
    {
        var text = string.Concat(Enumerable.Repeat("Grüße 😀 ", 20_000));
        var app = new App();
        app.Get("/", () => text);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(text, await server.Http.GetStringAsync("/"));
    }

    [Fact]
    public async Task A_derived_value_is_written_with_its_discriminator()
    {
        var app = new App();
        app.Get("/one", Shape () => new Circle(2));
        app.Get("/plain", object () => new Circle(2));
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("""{"kind":"circle","radius":2}""", await server.Http.GetStringAsync("/one"));
        Assert.Equal("""{"radius":2}""", await server.Http.GetStringAsync("/plain"));
    }

    private static async IAsyncEnumerable<int> CountAsync()
    {
        yield return 1;
        await Task.Yield();
        yield return 2;
    }

    private sealed record Ticket(int Id) : IHasLocation
    {
        public string Location => $"/jobs/{Id}";
    }

    [System.Text.Json.Serialization.JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    [System.Text.Json.Serialization.JsonDerivedType(typeof(Circle), "circle")]
    private abstract record Shape;

    private sealed record Circle(int Radius) : Shape;
}

using System.Net;
using Realtime.Testing;

namespace Realtime.Core.Tests.Http;

/// <summary>Conditional requests, by the table of RFC 9110, section 13.2.2.</summary>
public sealed class ConditionalTests
{
    private static readonly DateTimeOffset Changed = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);

    [Theory]
    [InlineData("", 200)]
    [InlineData("If-None-Match: \"v1\"", 304)]
    [InlineData("If-None-Match: W/\"v1\"", 304)]
    [InlineData("If-None-Match: \"v0\", \"v1\"", 304)]
    [InlineData("If-None-Match: \"a,\\\", \"v1\"", 304)]
    [InlineData("If-None-Match: *", 304)]
    [InlineData("If-None-Match: \"v2\"", 200)]
    [InlineData("If-None-Match: v1", 200)]
    [InlineData("If-None-Match: \"v1", 200)]
    [InlineData("If-Match: \"v1\"", 200)]
    [InlineData("If-Match: *", 200)]
    [InlineData("If-Match: \"v2\"", 412)]
    [InlineData("If-Match: W/\"v1\"", 412)]
    [InlineData("If-Modified-Since: Mon, 04 May 2026 03:02:01 GMT", 304)]
    [InlineData("If-Modified-Since: Mon, 04 May 2026 03:02:00 GMT", 200)]
    [InlineData("If-Modified-Since: Monday, 04-May-26 03:02:01 GMT", 304)]
    [InlineData("If-Modified-Since: yesterday", 200)]
    [InlineData("If-Unmodified-Since: Mon, 04 May 2026 03:02:01 GMT", 200)]
    [InlineData("If-Unmodified-Since: Mon, 04 May 2026 03:02:00 GMT", 412)]
    [InlineData("If-Unmodified-Since: yesterday", 200)]
    [InlineData("If-None-Match: \"v2\"|If-Modified-Since: Mon, 04 May 2026 03:02:01 GMT", 200)]
    [InlineData("If-Match: \"v1\"|If-Unmodified-Since: Mon, 04 May 2026 03:02:00 GMT", 200)]
    [InlineData("If-Match: \"v2\"|If-None-Match: \"v1\"", 412)]
    [InlineData("If-Match: \"v1\"|If-None-Match: \"v1\"", 304)]
    public async Task A_read_is_answered_by_its_conditions(string fields, int status)
    {
        var app = new App();
        app.Get("/", () =>
        {
            var response = Response.Text("state");
            response.ETag = "v1";
            response.LastModified = Changed.AddMilliseconds(300);
            return response;
        });
        await using var server = await TestServer.StartAsync(app);

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var response = await SendAsync(server, method, fields);

            Assert.Equal(status, (int)response.StatusCode);
            if (status != 412)
            {
                Assert.Equal("\"v1\"", response.Headers.GetValues("ETag").Single());
                Assert.Equal(Changed, response.Content.Headers.LastModified);
            }
            if (status == 304)
            {
                Assert.Null(response.Content.Headers.ContentType);
                Assert.Equal("", await response.Content.ReadAsStringAsync());
            }
        }
    }

    [Theory]
    [InlineData("", 200, 428)]
    [InlineData("If-Match: \"v1\"", 200, 200)]
    [InlineData("If-Match: \"v0\"", 412, 412)]
    [InlineData("If-None-Match: *", 412, 412)]
    [InlineData("If-None-Match: \"v1\"", 412, 412)]
    [InlineData("If-Unmodified-Since: Mon, 04 May 2026 03:02:00 GMT", 412, 412)]
    public async Task A_change_is_refused_before_it_is_made(string fields, int status, int whereRequired)
    {
        var changes = 0;
        var app = new App();
        app.Put("/", (Request request) =>
        {
            request.RequireUnchanged("v1", Changed);
            return $"{++changes}";
        });
        app.Put("/strict", (Request request) => request.RequireUnchanged("v1", Changed, isRequired: true));
        app.Put("/new", (Request request) => request.RequireUnchanged(null));
        await using var server = await TestServer.StartAsync(app);

        using var response = await SendAsync(server, HttpMethod.Put, fields);
        using var strict = await SendAsync(server, HttpMethod.Put, fields, "/strict");
        using var created = await SendAsync(server, HttpMethod.Put, "If-None-Match: *", "/new");
        using var absent = await SendAsync(server, HttpMethod.Put, "If-Match: *", "/new");

        Assert.Equal((status, status == 200 ? 1 : 0), ((int)response.StatusCode, changes));
        Assert.Equal(whereRequired == 200 ? 204 : whereRequired, (int)strict.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, created.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, absent.StatusCode);
    }

    [Fact]
    public async Task A_tag_can_be_made_of_the_body()
    {
        var text = "one";
        var app = new App();
        app.Get("/", () => Response.Text(text).AddETag());
        app.Get("/json", () => Response.Json(new { text }).AddETag());
        await using var server = await TestServer.StartAsync(app);

        foreach (var path in new[] { "/", "/json" })
        {
            text = "one";
            using var first = await server.Http.GetAsync(path);
            var tag = first.Headers.ETag!.ToString();
            using var head = await SendAsync(server, HttpMethod.Head, "", path);
            using var same = await SendAsync(server, HttpMethod.Get, $"If-None-Match: {tag}", path);
            text = "two";
            using var other = await SendAsync(server, HttpMethod.Get, $"If-None-Match: {tag}", path);

            Assert.Equal(tag, head.Headers.ETag!.ToString());
            Assert.Equal((HttpStatusCode.NotModified, ""), (same.StatusCode, await same.Content.ReadAsStringAsync()));
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
            Assert.NotEqual(tag, other.Headers.ETag!.ToString());
        }
    }

    [Fact]
    public async Task An_error_is_never_not_modified()
    {
        var app = new App();
        app.Get("/", () =>
        {
            var response = Response.Text("gone", status: 410);
            response.ETag = "v1";
            return response;
        });
        await using var server = await TestServer.StartAsync(app);

        using var response = await SendAsync(server, HttpMethod.Get, "If-None-Match: \"v1\"");

        Assert.Equal(HttpStatusCode.Gone, response.StatusCode);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a\"b")]
    [InlineData("中")]
    public void A_tag_that_could_not_be_sent_is_refused(string tag) => Assert.Throws<ArgumentException>(() => Response.Text("x").ETag = tag);

    private static async Task<HttpResponseMessage> SendAsync(TestServer server, HttpMethod method, string fields, string path = "/")
    {
        using var message = new HttpRequestMessage(method, path);
        foreach (var field in fields.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            message.Headers.TryAddWithoutValidation(field.Split(": ")[0], field.Split(": ")[1]);
        }
        return await server.Http.SendAsync(message);
    }
}

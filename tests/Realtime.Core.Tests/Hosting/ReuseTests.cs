using System.Net;
using System.Text;
using Realtime.Hosting;
using Realtime.Protocol;

namespace Realtime.Tests.Hosting;

/// <summary>One TCP connection, one request after another: what one request set or saw is nothing to the next.</summary>
public sealed class ReuseTests
{
    [Fact]
    public async Task What_a_handler_kept_throws_however_many_requests_follow_on_its_connection()
    {
        var kept = new List<(Request Request, RequestConnection Connection, Headers Fields, Headers Answered)>();
        var app = new App();
        app.Get("/plain/{name}", (string name) => name);
        app.Get("/kept", (Request request) =>
        {
            kept.Add((request, request.Connection, request.Headers, ((HttpConnection)request.Connection).ResponseHeaders));
            return "kept";
        });
        app.Get("/connection", (HttpConnection http) => kept.Add((kept[0].Request, http, http.RequestHeaders, http.ResponseHeaders)));
        await using var server = await KestrelServerHost.StartAsync(app, cancellationToken: CancellationToken.None);
        using var client = One(server);

        foreach (var round in Enumerable.Range(0, 3))
        {
            Assert.Equal($"a{round}", await client.GetStringAsync($"/plain/a{round}"));
            await client.GetStringAsync("/kept");
            Assert.Equal($"b{round}", await client.GetStringAsync($"/plain/b{round}"));
            await client.GetStringAsync("/connection");
            Assert.Equal($"c{round}", await client.GetStringAsync($"/plain/c{round}"));
        }

        Assert.Equal(6, kept.Select(static each => each.Connection).Distinct().Count());
        Assert.All(kept, static each =>
        {
            Assert.Throws<ObjectDisposedException>(() => each.Request.Path);
            Assert.Throws<ObjectDisposedException>(() => each.Connection.Path);
            Assert.Throws<ObjectDisposedException>(() => each.Fields["Host"]);
            Assert.Throws<ObjectDisposedException>(() => each.Answered["Date"]);
        });
    }

    [Fact]
    public async Task Middleware_that_keeps_a_connection_never_sees_another_request_with_it()
    {
        var kept = new List<Connection>();
        var app = new App();
        app.Use(inner => connection =>
        {
            kept.Add(connection);
            return inner(connection);
        });
        app.Get("/{name}", (string name) => name);
        await using var server = await KestrelServerHost.StartAsync(app, cancellationToken: CancellationToken.None);
        using var client = One(server);

        await client.GetStringAsync("/a");
        await client.GetStringAsync("/b");

        var requests = kept.OfType<HttpConnection>().ToArray();
        Assert.Equal(2, requests.Distinct().Count());
        Assert.All(requests, static request => Assert.Throws<ObjectDisposedException>(() => request.Path));
    }

    [Fact]
    public async Task A_function_around_an_app_never_sees_another_request_with_the_connection_it_kept()
    {
        var kept = new List<Connection>();
        var app = new App();
        app.Get("/{name}", (string name) => name);
        var application = app.Build();
        await using var server = await KestrelServerHost.StartAsync(
            connection =>
            {
                kept.Add(connection);
                return application(connection);
            },
            new ServerHostOptions());
        using var client = One(server);

        await client.GetStringAsync("/a");
        await client.GetStringAsync("/b");

        Assert.All(kept.OfType<HttpConnection>(), static request => Assert.Throws<ObjectDisposedException>(() => request.Path));
        Assert.Equal(2, kept.OfType<HttpConnection>().Distinct().Count());
    }

    [Fact]
    public async Task Status_fields_body_and_limits_of_one_request_are_gone_with_the_next()
    {
        var app = new App();
        app.Get("/plain", () => "plain");
        app.Get("/status", () => ("made", 201));
        app.Get("/nothing", () => { });
        app.Get("/throws", string () => throw new InvalidOperationException("on purpose"));
        app.Post("/length", (Numbers numbers) => numbers.All.Length);
        app.Post("/limited", async (HttpConnection http) =>
        {
            http.MaxRequestBodySize = 3;
            http.ResponseHeaders["X-Limited"] = "yes";
            await http.RequestBody.CopyToAsync(Stream.Null);
        });
        await using var server = await KestrelServerHost.StartAsync(app, cancellationToken: CancellationToken.None);
        using var client = One(server);

        foreach (var _ in Enumerable.Range(0, 3))
        {
            await ExpectAsync(client.GetAsync("/plain"), 200, "plain");
            await ExpectAsync(client.GetAsync("/status"), 201, "made");
            await ExpectAsync(client.GetAsync("/plain"), 200, "plain");
            await ExpectAsync(client.PostAsync("/length", Json("""{"all":[1,2,3]}""")), 200, "3");
            await ExpectAsync(client.PostAsync("/length", Json("""{"all":[1]}""")), 200, "1");
            await ExpectAsync(client.PostAsync("/length", Json("""{"all":[1,""")), 400, null);
            await ExpectAsync(client.PostAsync("/length", Json($$"""{"all":[{{string.Join(',', Enumerable.Range(0, 20_000))}}]}""")), 200, "20000");
            await ExpectAsync(client.GetAsync("/nothing"), 204, "");
            await ExpectAsync(client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/plain")), 200, "");
            await ExpectAsync(client.GetAsync("/throws"), 500, null);
            await ExpectAsync(client.PostAsync("/limited", Json("[1,2]")), 413, null);
            await ExpectAsync(client.PostAsync("/length", Json("""{"all":[1,2,3,4]}""")), 200, "4");
            await ExpectAsync(client.GetAsync("/nowhere"), 404, null);
        }

        static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

        static async Task ExpectAsync(Task<HttpResponseMessage> asking, int status, string? body)
        {
            using var response = await asking;
            Assert.Equal(status, (int)response.StatusCode);
            Assert.False(response.Headers.Contains("X-Limited"));
            if (body is not null)
            {
                Assert.Equal(body, await response.Content.ReadAsStringAsync());
            }
        }
    }

    private static HttpClient One(KestrelServerHost server) => new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 })
    {
        BaseAddress = server.Address,
        DefaultRequestVersion = HttpVersion.Version11,
        Timeout = TimeSpan.FromSeconds(30),
    };

    private sealed record Numbers(int[] All);
}

using System.Net;
using System.Net.WebSockets;
using Realtime.Testing;

namespace Realtime.Core.Tests.Middleware;

public sealed class TrustedHostTests
{
    [Theory]
    [InlineData("example.org", true)]
    [InlineData("EXAMPLE.org", true)]
    [InlineData("example.org.", true)]
    [InlineData("example.org:8080", true)]
    [InlineData("a.example.org", false)]
    [InlineData("a.example.net", true)]
    [InlineData("a.b.example.net:80", true)]
    [InlineData("example.net", false)]
    [InlineData("badexample.net", false)]
    [InlineData("only.example.com:8080", true)]
    [InlineData("only.example.com", false)]
    [InlineData("only.example.com:80", false)]
    [InlineData("[::1]", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("[::2]", false)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("evil.example", false)]
    [InlineData("example.org:port", false)]
    [InlineData("example.org@evil.example", false)]
    [InlineData("evil.example/example.org", false)]
    [InlineData("example.org,evil.example", false)]
    [InlineData("[::1", false)]
    [InlineData("[::1]x", false)]
    [InlineData("example.org:80:80", false)]
    public async Task The_app_answers_to_its_own_hosts(string host, bool isAnswered)
    {
        var app = NewApp("example.org", "*.example.net", "only.example.com:8080", "[::1]");
        await using var server = await TestServer.StartAsync(app);

        using var response = await SendAsync(server, host);

        Assert.Equal(isAnswered ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Without_any_named_it_answers_to_all()
    {
        await using var server = await TestServer.StartAsync(NewApp());

        using var response = await SendAsync(server, "anything.example");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_socket_to_another_host_is_refused()
    {
        var app = NewApp("example.org");
        app.WebSocketRoute("/socket", async request => await ((Protocol.WebSocketConnection)request.Connection).AcceptAsync());
        await using var server = await TestServer.StartAsync(app);

        var denied = await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/socket"));

        Assert.Equal(400, denied.Denial.StatusCode);
    }

    [Theory]
    [InlineData("https://example.org")]
    [InlineData("")]
    public void What_is_no_host_is_refused_with_its_option(string host)
    {
        var app = new App();

        var error = Assert.Throws<InvalidOperationException>(() => app.Security = app.Security with { TrustedHosts = [host] });

        Assert.Contains($"SecurityOptions.TrustedHosts has '{host}'", error.Message, StringComparison.Ordinal);
    }

    private static App NewApp(params string[] hosts)
    {
        var app = new App();
        app.Security = app.Security with { TrustedHosts = hosts };
        app.Get("/", () => "here");
        return app;
    }

    private static Task<HttpResponseMessage> SendAsync(TestServer server, string host)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Host", host);
        return server.Http.SendAsync(request);
    }
}

using System.Text;
using Realtime.Hosting;

namespace Realtime.Tests.Hosting;

public sealed class LimitTests
{
    [Theory]
    [InlineData("GET /{0} HTTP/1.1\r\nHost: a\r\n\r\n", 9_000, "414")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX-Large: {0}\r\n\r\n", 33_000, "431")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000001\r\n\r\n{0}", 1, "413")]
    public async Task A_request_beyond_the_limits_is_refused(string request, int size, string status)
    {
        await using var server = await KestrelServerHost.StartAsync(NewApp(new AppOptions()));
        await using var stream = await RawClient.ConnectAsync(server.Address);

        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Format(null, request, new string('a', size))));

        Assert.StartsWith($"HTTP/1.1 {status} ", await RawClient.ReadHeadAsync(stream), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_apps_own_limits_hold()
    {
        var limits = new ServerLimits { MaxRequestBodySize = 10, MaxRequestLineSize = 100, MaxRequestHeaderCount = 3, MaxRequestHeadersSize = 200 };
        await using var server = await KestrelServerHost.StartAsync(NewApp(new AppOptions { Limits = limits }));

        Assert.StartsWith("HTTP/1.1 200 ", await SendAsync(server, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 413 ", await SendAsync(server, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n0123456789a"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await SendAsync(server, $"GET /{new string('a', 100)} HTTP/1.1\r\nHost: a\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await SendAsync(server, "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await SendAsync(server, $"GET / HTTP/1.1\r\nHost: a\r\nA: {new string('a', 200)}\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_does_not_finish_its_header_is_told_so()
    {
        var limits = new ServerLimits { RequestHeadersTimeout = TimeSpan.FromSeconds(1) };
        await using var server = await KestrelServerHost.StartAsync(NewApp(new AppOptions { Limits = limits }));

        Assert.StartsWith("HTTP/1.1 408 ", await SendAsync(server, "GET / HTTP/1.1\r\nHost:"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_asks_for_nothing_more_is_closed()
    {
        var limits = new ServerLimits { KeepAliveTimeout = TimeSpan.FromSeconds(1) };
        await using var server = await KestrelServerHost.StartAsync(NewApp(new AppOptions { Limits = limits }));
        await using var stream = await RawClient.ConnectAsync(server.Address);

        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());

        Assert.EndsWith("ok", await RawClient.ReadToEndAsync(stream), StringComparison.Ordinal);
    }

    private static App NewApp(AppOptions options)
    {
        var app = new App(options);
        app.Get("/", () => "ok");
        app.Post("/", async (Request request) => await request.ReadTextAsync());
        return app;
    }

    private static async Task<string> SendAsync(KestrelServerHost server, string request)
    {
        await using var stream = await RawClient.ConnectAsync(server.Address);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        return await RawClient.ReadHeadAsync(stream);
    }
}

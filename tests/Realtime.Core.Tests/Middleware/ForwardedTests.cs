using Realtime.Middleware;
using Realtime.Protocol;
using Realtime.Testing;

namespace Realtime.Core.Tests.Middleware;

public sealed class ForwardedTests
{
    // The client of a test server is 127.0.0.1:50000, its host is localhost.
    private const string Peer = "127.0.0.1:50000";

    [Theory]
    [InlineData(0, "192.168.0.1", "https", "example.org", $"{Peer} http localhost")]
    [InlineData(1, "192.168.0.1", "https", "example.org", "192.168.0.1:0 https example.org")]
    [InlineData(1, "192.168.0.1:81", null, null, "192.168.0.1:81 http localhost")]
    [InlineData(1, "10.9.9.9, 192.168.0.1", "http, https", "evil.example, example.org", "192.168.0.1:0 https example.org")]
    [InlineData(2, "192.168.0.1, 192.168.0.2", null, null, "192.168.0.1:0 http localhost")]
    [InlineData(2, "10.9.9.9, 192.168.0.1, 192.168.0.2", "https", "example.org:8443", "192.168.0.1:0 https example.org:8443")]
    [InlineData(3, "192.168.0.3, 192.168.0.2", null, null, $"{Peer} http localhost")]
    [InlineData(2, ", 192.168.0.3", null, null, $"{Peer} http localhost")]
    [InlineData(1, "unknown", "gopher", "a b", $"{Peer} http localhost")]
    [InlineData(1, "2001:db8::a", null, "[2001:db8::a]:80", "[2001:db8::a]:0 http [2001:db8::a]:80")]
    [InlineData(1, "[2001:db8::a]:4711", "HTTPS", "", "[2001:db8::a]:4711 https localhost")]
    [InlineData(1, null, "https", null, $"{Peer} https localhost")]
    public async Task What_trusted_proxies_say_is_believed(int hops, string? client, string? proto, string? host, string expected)
    {
        await using var server = await StartAsync(hops, ProxyHeaders.XForwarded);

        Assert.Equal(expected, await SendAsync(server, ("X-Forwarded-For", client), ("X-Forwarded-Proto", proto), ("X-Forwarded-Host", host), ("Forwarded", "for=10.1.1.1;proto=https")));
    }

    [Fact]
    public async Task Values_on_several_lines_count_as_one_list()
    {
        await using var server = await StartAsync(2, ProxyHeaders.XForwarded);

        Assert.Equal("192.168.0.1:0 http localhost", await SendAsync(server, ("X-Forwarded-For", "10.9.9.9"), ("X-Forwarded-For", "192.168.0.1"), ("X-Forwarded-For", "192.168.0.2")));
    }

    [Theory]
    [InlineData(1, "for=192.168.0.1;proto=https;host=example.org", "192.168.0.1:0 https example.org")]
    [InlineData(1, "For=\"[2001:db8:cafe::17]:4711\" ; Proto=https", "[2001:db8:cafe::17]:4711 https localhost")]
    [InlineData(1, "for=10.9.9.9, for=192.168.0.1;by=203.0.113.43", "192.168.0.1:0 http localhost")]
    [InlineData(2, "for=10.9.9.9, for=192.168.0.1;proto=https, for=192.168.0.2;proto=http", "192.168.0.1:0 https localhost")]
    [InlineData(2, "for=192.168.0.1;proto=https", $"{Peer} https localhost")]
    [InlineData(1, "for=_hidden, for=unknown", $"{Peer} http localhost")]
    [InlineData(1, "host=\"exa\\mple.org:80\"", $"{Peer} http example.org:80")]
    [InlineData(1, "for=\"192.168.0.1", $"{Peer} http localhost")]
    [InlineData(1, "for=\"a\"b", $"{Peer} http localhost")]
    [InlineData(1, "nonsense", $"{Peer} http localhost")]
    [InlineData(1, "for=\"10.9.9.9, for=10.8.8.8\", for=192.168.0.1", "192.168.0.1:0 http localhost")]
    [InlineData(1, ",;, ;", $"{Peer} http localhost")]
    public async Task The_standard_field_is_read_where_the_app_asks_for_it(int hops, string forwarded, string expected)
    {
        await using var server = await StartAsync(hops, ProxyHeaders.Forwarded);

        Assert.Equal(expected, await SendAsync(server, ("Forwarded", forwarded), ("X-Forwarded-For", "10.1.1.1"), ("X-Forwarded-Proto", "https")));
    }

    [Fact]
    public async Task Behind_a_proxy_that_ends_TLS_the_session_is_secure()
    {
        var app = new App();
        app.Security = app.Security with { ProxyHops = 1 };
        app.Get("/", (Request request) => request.Session["value"] = "1");
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server) { Headers = { ["X-Forwarded-Proto"] = "https" } };

        await visitor.TextAsync("/");

        Assert.StartsWith("__Host-session=", Assert.Single(visitor.SetCookies), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Absolute_addresses_are_those_that_the_client_knows()
    {
        var app = new App();
        app.Security = app.Security with { ProxyHops = 1 };
        app.Get("/", (Request request) => request.UrlFor("here", absolute: true)).Named("here");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("https://example.org/", await SendAsync(server, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "example.org")));
    }

    [Fact]
    public async Task Hosts_are_trusted_as_the_proxy_names_them()
    {
        var app = new App();
        app.Security = app.Security with { ProxyHops = 1, TrustedHosts = ["example.org"] };
        app.Get("/", () => "here");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("here", await SendAsync(server, ("X-Forwarded-Host", "example.org")));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "X-Forwarded-Host", "evil.example" }, { "Host", "example.org" } } };
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(400, (int)response.StatusCode);
    }

    [Fact]
    public void Random_fields_are_read_or_refused_and_never_fail()
    {
        var random = new Random(7);
        const string letters = "for=proto;host,\"\\ []:.1aé";
        for (var run = 0; run < 20_000; run++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => letters[random.Next(letters.Length)])]);
            if (ForwardedHeader.Parse(text) is { } elements)
            {
                Assert.NotEmpty(elements);
            }
            _ = TrustedHosts.TryName(text, out _);
        }
    }

    private static Task<TestServer> StartAsync(int hops, ProxyHeaders headers)
    {
        var app = new App();
        app.Security = app.Security with { ProxyHops = hops, ProxyHeaders = headers };
        app.Get("/", (Request request, RequestConnection connection) => $"{request.Client} {connection.Scheme} {connection.Host}");
        return TestServer.StartAsync(app);
    }

    private static async Task<string> SendAsync(TestServer server, params (string Name, string? Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        foreach (var (name, value) in fields)
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
        using var response = await server.Http.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }
}

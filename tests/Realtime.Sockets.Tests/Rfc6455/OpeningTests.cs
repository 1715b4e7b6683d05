using System.Text;

namespace Realtime.Sockets.Tests.Rfc6455;

/// <summary>The opening handshake and its faults (RFC 6455, section 4).</summary>
public sealed class OpeningTests(WireServer server) : IClassFixture<WireServer>
{
    private const string Host = "Host: a\r\n";
    private const string Upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    private const string Version = "Sec-WebSocket-Version: 13\r\n";
    private const string Key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    [Fact]
    public async Task Section_4_2_2_the_accept_value_is_made_of_the_key()
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");

        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", client.Head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Upgrade: websocket", client.Head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Connection: Upgrade", client.Head, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Sec-WebSocket-Protocol", client.Head, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Sec-WebSocket-Extensions", client.Head, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("4.2.1 several tokens in Connection", "GET", "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n")]
    [InlineData("4.2.1 Upgrade in capitals", "GET", "Upgrade: WebSocket\r\nConnection: upgrade\r\n")]
    [InlineData("4.2.1 unknown extensions are ignored", "GET", Upgrade + "Sec-WebSocket-Extensions: x-none; a=b\r\n")]
    [InlineData("4.2.1 unknown subprotocols are ignored", "GET", Upgrade + "Sec-WebSocket-Protocol: soap, wamp\r\n")]
    public async Task Section_4_2_1_a_good_handshake_is_accepted(string name, string method, string headers)
    {
        Assert.StartsWith("HTTP/1.1 101 ", await AskAsync($"{method} /echo HTTP/1.1\r\n{Host}{headers}{Version}{Key}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("4.2.1", name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.2.1 no key", "GET /echo HTTP/1.1\r\n" + Host + Upgrade + Version + "\r\n", 400)]
    [InlineData("4.2.1 a key that is too short", "GET /echo HTTP/1.1\r\n" + Host + Upgrade + Version + "Sec-WebSocket-Key: c2hvcnQ=\r\n\r\n", 400)]
    [InlineData("4.2.1 a key that is not base64", "GET /echo HTTP/1.1\r\n" + Host + Upgrade + Version + "Sec-WebSocket-Key: ************************\r\n\r\n", 400)]
    [InlineData("4.2.1 two keys", "GET /echo HTTP/1.1\r\n" + Host + Upgrade + Version + Key + Key + "\r\n", 400)]
    [InlineData("4.2.2 no version", "GET /echo HTTP/1.1\r\n" + Host + Upgrade + Key + "\r\n", 426)]
    [InlineData("4.2.2 version 8", "GET /echo HTTP/1.1\r\n" + Host + Upgrade + Key + "Sec-WebSocket-Version: 8\r\n\r\n", 426)]
    [InlineData("4.2.2 version 13 and another", "GET /echo HTTP/1.1\r\n" + Host + Upgrade + Key + Version + "Sec-WebSocket-Version: 8\r\n\r\n", 426)]
    [InlineData("4.2.1 not a GET", "POST /echo HTTP/1.1\r\nContent-Length: 0\r\n" + Host + Upgrade + Version + Key + "\r\n", 400)]
    [InlineData("4.2.1 no Host", "GET /echo HTTP/1.1\r\n" + Upgrade + Version + Key + "\r\n", 400)]
    [InlineData("4.2.1 HTTP/1.0", "GET /echo HTTP/1.0\r\n" + Host + Upgrade + Version + Key + "\r\n", 400)]
    [InlineData("4.2.1 no Upgrade", "GET /echo HTTP/1.1\r\n" + Host + "Connection: Upgrade\r\n" + Version + Key + "\r\n", 426)]
    [InlineData("4.2.1 no Connection", "GET /echo HTTP/1.1\r\n" + Host + "Upgrade: websocket\r\n" + Version + Key + "\r\n", 426)]
    [InlineData("4.2.1 another Upgrade", "GET /echo HTTP/1.1\r\n" + Host + "Upgrade: h2c\r\nConnection: Upgrade\r\n" + Version + Key + "\r\n", 426)]
    [InlineData("4.2.2 no such path", "GET /nowhere HTTP/1.1\r\n" + Host + Upgrade + Version + Key + "\r\n", 404)]
    [InlineData("10.2 another site's page", "GET /echo HTTP/1.1\r\n" + Host + "Origin: http://evil.example\r\n" + Upgrade + Version + Key + "\r\n", 403)]
    public async Task Section_4_2_a_faulty_handshake_is_refused(string name, string request, int status)
    {
        var head = await AskAsync(request);

        Assert.True(head.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal), $"{name}: {head}");
        if (name.StartsWith("4.2.2 ", StringComparison.Ordinal) && status == 426)
        {
            Assert.Contains("Sec-WebSocket-Version: 13", head, StringComparison.OrdinalIgnoreCase);
        }
        server.AssertQuiet();
    }

    [Fact]
    public async Task Section_4_1_frames_may_follow_the_request_at_once()
    {
        await using var client = await WireClient.ConnectAsync(server.Address);

        await client.SendAsync((byte[])[.. Encoding.ASCII.GetBytes($"GET /echo HTTP/1.1\r\n{Host}{Upgrade}{Version}{Key}\r\n"), .. Frame.Of(Frame.Text, "early"), .. Frame.CloseWith(1000)]);

        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(["text:early", "close:1000"], await client.ReadToCloseAsync());
    }

    private async Task<string> AskAsync(string request)
    {
        await using var client = await WireClient.ConnectAsync(server.Address);
        await client.SendAsync(Encoding.ASCII.GetBytes(request));
        return await client.ReadHeadAsync();
    }
}

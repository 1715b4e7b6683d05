using System.IO.Compression;
using System.Text;

namespace Realtime.Sockets.Tests.Rfc6455;

/// <summary>permessage-deflate (RFC 7692) over a TCP connection.</summary>
public sealed class CompressionTests(WireServer server) : IClassFixture<WireServer>
{
    private const string Offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    private const string Answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    private const int Rsv1 = 4;

    [Theory]
    [InlineData("permessage-deflate", true)]
    [InlineData("permessage-deflate; client_max_window_bits", true)]
    [InlineData("permessage-deflate; client_max_window_bits=8", true)]
    [InlineData("permessage-deflate; client_no_context_takeover; server_no_context_takeover", true)]
    [InlineData("permessage-deflate; server_max_window_bits=15", true)]
    [InlineData("permessage-deflate; server_max_window_bits=\"15\"", true)]
    [InlineData("x-webkit-deflate-frame, permessage-deflate", true)]
    [InlineData("permessage-deflate; server_max_window_bits=10, permessage-deflate", true)]
    [InlineData("permessage-deflate; unknown, permessage-deflate; client_max_window_bits=15", true)]
    [InlineData("permessage-deflate; server_max_window_bits=10", false)]
    [InlineData("permessage-deflate; server_max_window_bits", false)]
    [InlineData("permessage-deflate; server_max_window_bits=16", false)]
    [InlineData("permessage-deflate; client_max_window_bits=7", false)]
    [InlineData("permessage-deflate; client_max_window_bits=08", false)]
    [InlineData("permessage-deflate; client_no_context_takeover=1", false)]
    [InlineData("permessage-deflate; client_no_context_takeover; client_no_context_takeover", false)]
    [InlineData("permessage-deflate; unknown", false)]
    [InlineData("permessage-deflated", false)]
    [InlineData("", false)]
    [InlineData(";;,,=", false)]
    public async Task Section_7_1_an_offer_is_taken_or_left(string offer, bool isTaken)
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/deflated", $"Sec-WebSocket-Extensions: {offer}\r\n");

        var answer = client.Head.Split("\r\n").FirstOrDefault(static line => line.StartsWith("Sec-WebSocket-Extensions:", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(isTaken ? Answer.Split("; ").Order() : null, answer?.Split(':')[1].Trim().Split("; ").Order());
        await client.SendAsync(Frame.Of(Frame.Text, "hello"));
        Assert.Equal("text:hello", (await client.ReadAsync()).ToString());
        server.AssertQuiet();
    }

    [Fact]
    public async Task A_route_that_did_not_ask_for_compression_has_none()
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/echo", Offer);

        Assert.DoesNotContain("Sec-WebSocket-Extensions", client.Head, StringComparison.OrdinalIgnoreCase);
        await client.SendAsync(Frame.Of(Frame.Text, Deflate("hello"u8), reserved: Rsv1));
        Assert.Equal(["close:1002"], await client.ReadToCloseAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(1000)]
    [InlineData(65_536)]
    public async Task Section_6_messages_go_both_ways_and_small_ones_as_they_are(int length)
    {
        var text = new string('x', length);
        await using var client = await WireClient.OpenAsync(server.Address, "/deflated", Offer);

        // Twice: nothing of the first may be left for the second.
        for (var round = 0; round < 2; round++)
        {
            await client.SendAsync(Frame.Of(Frame.Text, Deflate(Encoding.UTF8.GetBytes(text)), reserved: Rsv1));

            var frame = (await client.ReadAsync())!.Value;
            Assert.Equal(length >= 32 ? Rsv1 : 0, frame.Reserved);
            Assert.Equal(text, Encoding.UTF8.GetString(length >= 32 ? Inflate(frame.Payload) : frame.Payload));
        }
        await client.SendAsync(Frame.Of(Frame.Text, "and as it is"));
        Assert.Equal("text:and as it is", (await client.ReadAsync()).ToString());
    }

    [Fact]
    public async Task Section_6_1_a_compressed_message_may_be_cut_anywhere_and_pings_may_come_between()
    {
        var text = "κόσμε " + new string('y', 500);
        var deflated = Deflate(Encoding.UTF8.GetBytes(text));
        await using var client = await WireClient.OpenAsync(server.Address, "/deflated", Offer);

        for (var cut = 0; cut <= deflated.Length; cut++)
        {
            await client.SendAsync(Frame.Of(Frame.Text, deflated.AsSpan(0, cut), last: false, reserved: Rsv1));
            await client.SendAsync(Frame.Of(Frame.Ping, ""));
            await client.SendAsync(Frame.Of(Frame.Continuation, deflated.AsSpan(cut)));
            Assert.Equal("pong:", (await client.ReadAsync()).ToString());
            Assert.Equal(text, Encoding.UTF8.GetString(Inflate((await client.ReadAsync())!.Value.Payload)));
        }
    }

    [Theory]
    [InlineData("6.1 the bit on a continuation", 1002)]
    [InlineData("6.1 another reserved bit beside it", 1002)]
    [InlineData("8.1 text that is not UTF-8 when inflated", 1007)]
    [InlineData("10.4 a message that is too large when inflated", 1009)]
    [InlineData("10.4 a bomb", 1009)]
    [InlineData("10.4 a bomb in fragments", 1009)]
    public async Task A_fault_is_closed(string name, int code)
    {
        var bomb = Deflate(new byte[100_000_000]);
        byte[] sent = name switch
        {
            "6.1 the bit on a continuation" => [.. Frame.Of(Frame.Text, Deflate("a"u8), last: false, reserved: Rsv1), .. Frame.Of(Frame.Continuation, "b", reserved: Rsv1)],
            "6.1 another reserved bit beside it" => Frame.Of(Frame.Text, "a", reserved: Rsv1 | 2),
            "8.1 text that is not UTF-8 when inflated" => Frame.Of(Frame.Text, Deflate([0xC3, 0x28]), reserved: Rsv1),
            "10.4 a message that is too large when inflated" => Frame.Of(Frame.Binary, Deflate(new byte[65_537]), reserved: Rsv1),
            "10.4 a bomb" => Frame.Of(Frame.Binary, bomb, reserved: Rsv1),
            _ => [.. Frame.Of(Frame.Binary, bomb.AsSpan(0, 50_000), last: false, reserved: Rsv1), .. Frame.Of(Frame.Continuation, bomb.AsSpan(50_000))],
        };
        await using var client = await WireClient.OpenAsync(server.Address, "/deflated", Offer);
        var before = GC.GetTotalAllocatedBytes();

        await client.TrySendAsync(sent);

        Assert.Equal([$"close:{code}"], await client.ReadToCloseAsync());
        // Inflated it would be 100 MB.
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50_000_000);
        server.AssertQuiet();
    }

    [Fact]
    public async Task Section_7_2_2_what_cannot_be_inflated_ends_the_connection()
    {
        // The platform gives the connection up without a close frame, which RFC 6455, section 7.1.7, allows: the peer is broken.
        await using var client = await WireClient.OpenAsync(server.Address, "/deflated", Offer);

        await client.SendAsync(Frame.Of(Frame.Text, [0xFF, 0xFF, 0xFF, 0xFF, 0x12, 0x34], reserved: Rsv1));

        Assert.Equal(["end"], await client.ReadToCloseAsync());
        server.AssertQuiet();
    }

    [Fact]
    public async Task Section_6_1_the_bit_on_a_ping_means_nothing()
    {
        // Section 6.1 would have it closed; the platform answers it as any ping.
        await using var client = await WireClient.OpenAsync(server.Address, "/deflated", Offer);

        await client.SendAsync(Frame.Of(Frame.Ping, "a", reserved: Rsv1));
        Assert.Equal("pong:61", (await client.ReadAsync()).ToString());
        await client.SendAsync(Frame.Of(Frame.Text, "b"));
        Assert.Equal("text:b", (await client.ReadAsync()).ToString());
    }

    private static byte[] Deflate(ReadOnlySpan<byte> bytes)
    {
        var buffer = new MemoryStream();
        using var deflate = new DeflateStream(buffer, CompressionLevel.Optimal);
        deflate.Write(bytes);
        deflate.Flush();
        // Section 7.2.1: an empty message is one zero byte; of any other the flush's last four bytes are left off.
        return bytes.IsEmpty ? [0] : buffer.ToArray()[..^4];
    }

    private static byte[] Inflate(byte[] bytes)
    {
        using var inflate = new DeflateStream(new MemoryStream([.. bytes, 0, 0, 0xFF, 0xFF]), CompressionMode.Decompress);
        var buffer = new MemoryStream();
        inflate.CopyTo(buffer);
        return buffer.ToArray();
    }
}

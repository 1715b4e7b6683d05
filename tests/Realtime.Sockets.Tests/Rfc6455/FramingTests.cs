namespace Realtime.Sockets.Tests.Rfc6455;

/// <summary>Framing, fragments and control frames over a TCP connection (RFC 6455, section 5).</summary>
public sealed class FramingTests(WireServer server) : IClassFixture<WireServer>
{
    private static readonly WireTable Table = Fill();

    public static TheoryData<string> Cases => Table.Names;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Frames_are_answered_as_section_5_says(string name)
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");

        await Table.RunAsync(name, client);

        server.AssertQuiet();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Section_5_2_frames_that_come_in_small_packets_are_put_together(int size)
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");
        byte[] sent = [.. Frame.Of(Frame.Text, "hello", last: false), .. Frame.Of(Frame.Ping, "p"), .. Frame.Of(Frame.Continuation, new string('x', 130)), .. Frame.CloseWith(1000, "bye"u8)];

        foreach (var piece in sent.Chunk(size))
        {
            await client.SendAsync(piece);
        }

        Assert.Equal(["pong:70", $"text:hello{new string('x', 130)}", "close:1000"], await client.ReadToCloseAsync());
    }

    [Fact]
    public async Task Section_5_2_a_length_that_is_claimed_is_not_believed()
    {
        // 2^62 bytes are announced: nothing is allocated for them, and the limit ends it.
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");
        await client.SendAsync(new byte[] { 0x82, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 });
        await client.TrySendAsync(new byte[70_000]);

        Assert.Equal(["close:1009"], await client.ReadToCloseAsync());
        server.AssertQuiet();
    }

    private static WireTable Fill()
    {
        var table = new WireTable();
        foreach (var length in new[] { 0, 1, 125, 126, 127, 128, 200, 65_535, 65_536 })
        {
            var text = new string('a', length);
            table.Add($"5.2 a text of {length} bytes comes back", [Frame.Of(Frame.Text, text)], length > 200 ? $"text:{length} bytes" : $"text:{text}");
            table.Add($"5.2 {length} bytes come back", [Frame.Of(Frame.Binary, new byte[length])], length > 200 ? $"binary:{length} bytes" : $"binary:{new string('0', length * 2)}");
        }
        table.Add("10.4 a message over the limit is closed with 1009", [Frame.Of(Frame.Binary, new byte[65_537])], "close:1009");
        table.Add("10.4 fragments together over the limit are closed with 1009",
            [Frame.Of(Frame.Binary, new byte[40_000], last: false), Frame.Of(Frame.Continuation, new byte[40_000])], "close:1009");
        table.Add("10.4 control frames do not count against the limit",
            [Frame.Of(Frame.Binary, new byte[60_000], last: false), .. Enumerable.Repeat(Frame.Of(Frame.Ping, new byte[125]), 50), Frame.Of(Frame.Continuation, new byte[5_000])],
            [.. Enumerable.Repeat($"pong:{new string('0', 250)}", 50), "binary:65000 bytes"]);
        table.Add("5.2 a length with its highest bit set is closed with 1002", [[0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]], "close:1002");

        for (var reserved = 1; reserved <= 7; reserved++)
        {
            table.Add($"5.2 reserved bits {reserved} on a text are closed with 1002", [Frame.Of(Frame.Text, "hello", reserved: reserved)], "close:1002");
            table.Add($"5.2 reserved bits {reserved} on a ping are closed with 1002", [Frame.Of(Frame.Ping, "p", reserved: reserved)], "close:1002");
            table.Add($"5.2 reserved bits {reserved} on a close are closed with 1002", [Frame.Of(Frame.Close, [3, 232], reserved: reserved)], "close:1002");
            table.Add($"5.2 reserved bits {reserved} on a continuation are closed with 1002",
                [Frame.Of(Frame.Text, "a", last: false), Frame.Of(Frame.Continuation, "b", reserved: reserved)], "close:1002");
        }
        foreach (var opcode in new[] { 3, 4, 5, 6, 7, 11, 12, 13, 14, 15 })
        {
            table.Add($"5.2 reserved opcode {opcode} is closed with 1002", [Frame.Of(opcode, "x")], "close:1002");
            table.Add($"5.2 reserved opcode {opcode} behind a good message is closed with 1002", [Frame.Of(Frame.Text, "good"), Frame.Of(opcode, "")], "text:good", "close:1002");
        }
        table.Add("5.1 an unmasked text is closed with 1002", [Frame.Of(Frame.Text, "hello"u8, masked: false)], "close:1002");
        // The platform wants the mask's four bytes before it looks: frames of less than six bytes in all are not told apart from late ones.
        table.Add("5.1 an unmasked ping is closed with 1002", [Frame.Of(Frame.Ping, "ping"u8, masked: false)], "close:1002");
        table.Add("5.1 an unmasked close is closed with 1002", [Frame.Of(Frame.Close, [3, 232, (byte)'o', (byte)'k'], masked: false)], "close:1002");

        table.Add("5.4 two fragments are one message", [Frame.Of(Frame.Text, "hel", last: false), Frame.Of(Frame.Continuation, "lo")], "text:hello");
        table.Add("5.4 a hundred fragments of one byte are one message",
            [Frame.Of(Frame.Text, "a", last: false), .. Enumerable.Repeat(Frame.Of(Frame.Continuation, "b", last: false), 98), Frame.Of(Frame.Continuation, "c")], $"text:a{new string('b', 98)}c");
        table.Add("5.4 empty fragments are nothing",
            [Frame.Of(Frame.Text, "", last: false), Frame.Of(Frame.Continuation, "", last: false), Frame.Of(Frame.Continuation, "")], "text:");
        table.Add("5.4 an empty fragment behind others ends the message", [Frame.Of(Frame.Binary, new byte[3], last: false), Frame.Of(Frame.Continuation, "")], "binary:000000");
        table.Add("5.4 an empty fragment comes before the rest", [Frame.Of(Frame.Text, "", last: false), Frame.Of(Frame.Continuation, "late")], "text:late");
        table.Add("5.4 a ping between fragments is answered at once",
            [Frame.Of(Frame.Text, "hel", last: false), Frame.Of(Frame.Ping, "now"), Frame.Of(Frame.Continuation, "lo")], "pong:6E6F77", "text:hello");
        table.Add("5.4 pings and pongs between all fragments are no part of the message",
            [Frame.Of(Frame.Text, "a", last: false), Frame.Of(Frame.Ping, "1"), Frame.Of(Frame.Continuation, "b", last: false), Frame.Of(Frame.Pong, "x"), Frame.Of(Frame.Ping, "2"), Frame.Of(Frame.Continuation, "c")],
            "pong:31", "pong:32", "text:abc");
        table.Add("5.4 a close between fragments ends the connection", [Frame.Of(Frame.Text, "hel", last: false), Frame.CloseWith(1001)], "close:1001");
        table.Add("5.4 a continuation of nothing is closed with 1002", [Frame.Of(Frame.Continuation, "x")], "close:1002");
        table.Add("5.4 an unfinished continuation of nothing is closed with 1002", [Frame.Of(Frame.Continuation, "x", last: false)], "close:1002");
        table.Add("5.4 a continuation behind a whole message is closed with 1002", [Frame.Of(Frame.Text, "a"), Frame.Of(Frame.Continuation, "b")], "text:a", "close:1002");
        table.Add("5.4 a text within a text is closed with 1002", [Frame.Of(Frame.Text, "a", last: false), Frame.Of(Frame.Text, "b")], "close:1002");
        table.Add("5.4 a binary within a text is closed with 1002", [Frame.Of(Frame.Text, "a", last: false), Frame.Of(Frame.Binary, "b", last: false)], "close:1002");

        table.Add("5.5.2 an empty ping is answered", [Frame.Of(Frame.Ping, "")], "pong:");
        table.Add("5.5.2 a ping's payload comes back", [Frame.Of(Frame.Ping, [0, 255, 254, 128])], "pong:00FFFE80");
        table.Add("5.5.2 a ping of 125 bytes comes back whole", [Frame.Of(Frame.Ping, new byte[125])], $"pong:{new string('0', 250)}");
        table.Add("5.5.2 ten pings are answered in order", [.. Enumerable.Range(0, 10).Select(static number => Frame.Of(Frame.Ping, [(byte)number]))],
            [.. Enumerable.Range(0, 10).Select(static number => $"pong:{number:X2}")]);
        table.Add("5.5.3 a pong that nobody asked for is nothing", [Frame.Of(Frame.Pong, ""), Frame.Of(Frame.Pong, "x"), Frame.Of(Frame.Ping, "y")], "pong:79");
        foreach (var (name, opcode) in new[] { ("ping", Frame.Ping), ("pong", Frame.Pong), ("close", Frame.Close) })
        {
            table.Add($"5.5 a {name} of 126 bytes is closed with 1002", [Frame.Of(opcode, new byte[126])], "close:1002");
            table.Add($"5.5 a {name} of 65536 bytes is closed with 1002", [Frame.Of(opcode, new byte[65_536])], "close:1002");
            table.Add($"5.5 a {name} in fragments is closed with 1002", [Frame.Of(opcode, [3, 232], last: false)], "close:1002");
            table.Add($"5.5 a {name} in fragments within a message is closed with 1002",
                [Frame.Of(Frame.Text, "a", last: false), Frame.Of(opcode, [3, 232], last: false), Frame.Of(Frame.Continuation, "b")], "close:1002");
        }
        return table;
    }
}

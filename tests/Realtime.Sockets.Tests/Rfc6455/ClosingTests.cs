using System.Net.Sockets;

namespace Realtime.Sockets.Tests.Rfc6455;

/// <summary>The closing handshake in all its variants (RFC 6455, sections 5.5.1 and 7).</summary>
public sealed class ClosingTests(WireServer server) : IClassFixture<WireServer>
{
    private static readonly WireTable Table = Fill();

    public static TheoryData<string> Cases => Table.Names;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_close_is_answered_as_section_7_says(string name)
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");

        await Table.RunAsync(name, client);

        server.AssertQuiet();
    }

    [Fact]
    public async Task Section_7_1_1_the_server_ends_the_connection_behind_the_handshake()
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");

        await client.SendAsync(Frame.CloseWith(1000));

        Assert.Equal(["close:1000"], await client.ReadToCloseAsync());
        Assert.True(await client.EndsAsync());
    }

    [Fact]
    public async Task Section_5_5_1_nothing_behind_a_close_is_answered()
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");

        await client.SendAsync(new[] { Frame.CloseWith(1000), Frame.Of(Frame.Ping, "p"), Frame.Of(Frame.Text, "late"), Frame.CloseWith(1001) }.SelectMany(static frame => frame).ToArray());

        Assert.Equal(["close:1000"], await client.ReadToCloseAsync());
        Assert.True(await client.EndsAsync());
    }

    [Fact]
    public async Task Section_7_1_5_a_half_closed_connection_ends_without_waiting_for_the_rest()
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");

        await client.SendAsync(Frame.Of(Frame.Text, "last words"));
        // Kestrel takes a client that will send no more for gone: an answer that it has not written by then may be lost.
        Assert.Equal("text:last words", (await client.ReadAsync()).ToString());
        client.Tcp.Shutdown(SocketShutdown.Send);

        Assert.True(await client.EndsAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("81")]
    [InlineData("8185")]
    [InlineData("818537FA")]
    [InlineData("818537FA213D7F9F")]
    [InlineData("81FE")]
    [InlineData("81FF00")]
    [InlineData("88")]
    [InlineData("8882")]
    public async Task Section_7_1_7_a_connection_that_ends_within_a_frame_ends(string hex)
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");

        await client.SendAsync(Convert.FromHexString(hex));
        client.Tcp.Shutdown(SocketShutdown.Send);

        Assert.Equal(["end"], await client.ReadToCloseAsync());
        server.AssertQuiet();
    }

    [Theory]
    [InlineData("888037FA213D", 1005)]
    [InlineData("888237FA213D3412", 1000)]
    public async Task Section_7_1_5_the_application_sees_the_peers_code(string hex, int code)
    {
        // A server of its own: its codes are nobody else's.
        var own = new WireServer();
        await own.InitializeAsync();
        await using (var client = await WireClient.OpenAsync(own.Address, "/echo"))
        {
            await client.SendAsync(Convert.FromHexString(hex));
            await client.ReadToCloseAsync();
            Assert.True(await client.EndsAsync());
        }
        await own.DisposeAsync();
        Assert.Equal([code], own.Codes);
    }

    private static WireTable Fill()
    {
        var table = new WireTable();
        table.Add("5.5.1 a close without a code is answered without one", [Frame.Of(Frame.Close, "")], "close:1005");
        foreach (var code in new[] { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3500, 3999, 4000, 4999 })
        {
            table.Add($"7.4 code {code} comes back", [Frame.CloseWith(code)], $"close:{code}");
            table.Add($"7.4 code {code} with a reason comes back", [Frame.CloseWith(code, "reason"u8)], $"close:{code}");
        }
        foreach (var code in new[] { 0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535 })
        {
            table.Add($"7.4 code {code}, which is never sent, is closed with 1002", [Frame.CloseWith(code)], "close:1002");
        }
        table.Add("5.5.1 a close of one byte is closed with 1002", [Frame.Of(Frame.Close, [3])], "close:1002");
        table.Add("5.5.1 a reason of 123 bytes is taken", [Frame.CloseWith(1000, new byte[123])], "close:1000");
        table.Add("5.5.1 a reason of 124 bytes is closed with 1002", [Frame.CloseWith(1000, new byte[124])], "close:1002");
        // 1007 would say it better, but what ends is closing anyway: the platform has one code for all that is wrong with a close.
        table.Add("5.5.1 a reason that is not UTF-8 is closed with 1002", [Frame.CloseWith(1000, [0xCE, 0xBA, 0xED, 0xA0, 0x80])], "close:1002");
        table.Add("5.5.1 a reason that is cut within a letter is closed with 1002", [Frame.CloseWith(1000, [0xE2, 0x82])], "close:1002");
        table.Add("7.1 messages before the close are answered", [Frame.Of(Frame.Text, "a"), Frame.Of(Frame.Ping, "b"), Frame.CloseWith(4000)], "text:a", "pong:62", "close:4000");
        return table;
    }
}

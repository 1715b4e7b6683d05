namespace Realtime.Sockets.Tests.Rfc6455;

/// <summary>The same faults at the realtime endpoint, which shares its transport with raw routes.</summary>
public sealed class RealtimeEndpointTests(WireServer server) : IClassFixture<WireServer>
{
    private static readonly Dictionary<string, (byte[] Sent, string Close)> Faults = new(StringComparer.Ordinal)
    {
        ["5.1 an unmasked frame"] = (Frame.Of(Frame.Text, "hello"u8, masked: false), "close:1002"),
        ["5.2 a reserved bit"] = (Frame.Of(Frame.Text, "{}", reserved: 4), "close:1002"),
        ["5.2 a reserved opcode"] = (Frame.Of(3, "{}"), "close:1002"),
        ["5.4 a continuation of nothing"] = (Frame.Of(Frame.Continuation, "{}"), "close:1002"),
        ["5.4 a text within a text"] = ([.. Frame.Of(Frame.Text, "{", last: false), .. Frame.Of(Frame.Text, "}")], "close:1002"),
        ["5.5 an oversized ping"] = (Frame.Of(Frame.Ping, new byte[126]), "close:1002"),
        ["5.5.1 a close of one byte"] = (Frame.Of(Frame.Close, [3]), "close:1002"),
        ["7.4 a code that is never sent"] = (Frame.CloseWith(1006), "close:1002"),
        ["8.1 text that is not UTF-8"] = (Frame.Of(Frame.Text, [0xC3, 0x28]), "close:1007"),
        ["10.4 a message over the limit"] = (Frame.Of(Frame.Text, new byte[65_537]), "close:1009"),
        ["7.4.1 a kind of message that the subprotocol has not"] = (Frame.Of(Frame.Binary, "{}"), "close:1003"),
        ["7.1 a close"] = (Frame.CloseWith(1001), "close:1001"),
        ["7.1 a close without a code"] = (Frame.Of(Frame.Close, ""), "close:1005"),
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_fault_is_closed_as_on_a_raw_route(string name)
    {
        await using var client = await OpenAsync();

        await client.TrySendAsync(Faults[name].Sent);

        // Whether its welcome comes before depends on how fast the fault was found.
        Assert.Equal(Faults[name].Close, (await client.ReadToCloseAsync())[^1]);
        server.AssertQuiet();
    }

    [Fact]
    public async Task A_message_in_fragments_with_a_ping_between_is_answered()
    {
        await using var client = await OpenAsync();

        await client.SendAsync(Frame.Of(Frame.Text, """{"type":"join","ref":1,""", last: false));
        await client.SendAsync(Frame.Of(Frame.Ping, "x"));
        await client.SendAsync(Frame.Of(Frame.Continuation, "\"topic\":\"room:a\"}"));
        await client.SendAsync(Frame.CloseWith(1000));

        var frames = await client.ReadToCloseAsync();
        Assert.Equal("pong:78", frames[1]);
        Assert.Contains(frames, static frame => frame.Contains("\"status\":\"ok\"", StringComparison.Ordinal));
        Assert.Equal("close:1000", frames[^1]);
    }

    private Task<WireClient> OpenAsync() => WireClient.OpenAsync(server.Address, "/realtime", "Sec-WebSocket-Protocol: realtime.v1.json\r\n");
}

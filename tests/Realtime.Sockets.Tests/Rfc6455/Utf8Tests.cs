using System.Text;

namespace Realtime.Sockets.Tests.Rfc6455;

/// <summary>Text is UTF-8, wherever it is cut (RFC 6455, sections 5.6 and 8.1).</summary>
public sealed class Utf8Tests(WireServer server) : IClassFixture<WireServer>
{
    // Letters of one, two, three and four bytes, and the first and last of each length.
    private const string Sample = "aµ€𝄞κόσμε\u0080\u07FF\u0800\uD7FF\uE000\uFFFD\uFFFF\U00010000\U0010FFFF\0";

    private static readonly WireTable Invalid = FillInvalid();

    public static TheoryData<string> InvalidCases => Invalid.Names;

    public static TheoryData<int> Cuts => [.. Enumerable.Range(0, Encoding.UTF8.GetByteCount(Sample) + 1)];

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Section_5_6_a_text_may_be_cut_at_every_byte(int cut)
    {
        var bytes = Encoding.UTF8.GetBytes(Sample);
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");

        await client.SendAsync(Frame.Of(Frame.Text, bytes.AsSpan(0, cut), last: false));
        await client.SendAsync(Frame.Of(Frame.Ping, "in between"));
        Assert.Equal(Frame.Pong, (await client.ReadAsync())!.Value.Opcode);
        await client.SendAsync(Frame.Of(Frame.Continuation, bytes.AsSpan(cut)));

        Assert.Equal(Sample, (await client.ReadAsync())!.Value.Text);
    }

    [Fact]
    public async Task Section_5_6_a_text_may_come_in_fragments_of_one_byte()
    {
        var bytes = Encoding.UTF8.GetBytes(Sample);
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");

        for (var index = 0; index < bytes.Length; index++)
        {
            await client.SendAsync(Frame.Of(index == 0 ? Frame.Text : Frame.Continuation, bytes.AsSpan(index, 1), last: index == bytes.Length - 1));
        }

        Assert.Equal(Sample, (await client.ReadAsync())!.Value.Text);
    }

    [Theory]
    [MemberData(nameof(InvalidCases))]
    public async Task Section_8_1_what_is_not_UTF8_is_closed_with_1007(string name)
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");

        await Invalid.RunAsync(name, client);

        server.AssertQuiet();
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xED, 0xA0 })]
    [InlineData(new byte[] { 0xF4, 0x90 })]
    public async Task Section_8_1_a_message_that_cannot_become_UTF8_any_more_is_closed_before_its_end(byte[] begin)
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");

        await client.SendAsync(Frame.Of(Frame.Text, [.. "begin "u8, .. begin], last: false));

        Assert.Equal(["close:1007"], await client.ReadToCloseAsync());
    }

    [Fact]
    public async Task Section_8_1_a_frame_that_cannot_become_UTF8_any_more_is_closed_before_its_end()
    {
        await using var client = await WireClient.OpenAsync(server.Address, "/echo");
        var frame = Frame.Of(Frame.Text, [.. "begin "u8, 0xFF, .. new byte[20_000]]);

        // The platform looks when it has filled the buffer it was given: at once would be at the first byte.
        await client.SendAsync(frame.AsMemory(0, 5_000));

        Assert.Equal(["close:1007"], await client.ReadToCloseAsync());
    }

    private static WireTable FillInvalid()
    {
        var table = new WireTable();
        foreach (var (what, hex) in new[]
        {
            ("a lone continuation byte", "80"), ("the last lone continuation byte", "BF"), ("64 continuation bytes", string.Concat(Enumerable.Repeat("80", 64))),
            ("a lone lead of two bytes", "C320"), ("a lone lead of three bytes", "E020"), ("a lone lead of four bytes", "F020"),
            ("two bytes without the last", "C3"), ("three bytes without the last", "E282"), ("four bytes without the last", "F09D84"),
            ("three bytes without the last two", "E2"), ("four bytes without the last three", "F0"),
            ("FE", "FE"), ("FF", "FF"), ("FE FE FF FF", "FEFEFFFF"), ("a form of five bytes", "F888808080"), ("a form of six bytes", "FC8480808080"),
            ("an overlong slash in two bytes", "C0AF"), ("an overlong slash in three bytes", "E080AF"), ("an overlong slash in four bytes", "F08080AF"),
            ("an overlong zero", "C080"), ("the largest overlong form of two bytes", "C1BF"), ("the largest overlong form of three bytes", "E09FBF"), ("the largest overlong form of four bytes", "F08FBFBF"),
            ("a lone high surrogate", "EDA080"), ("a lone low surrogate", "EDB080"), ("a pair of surrogates", "EDA081EDB080"), ("the last surrogate", "EDBFBF"),
            ("one above U+10FFFF", "F4908080"), ("U+1FFFFF", "F7BFBFBF"), ("a good text with a bad end", "CEBACF8CCF83CEBCCEB5EDA080656469746564"),
        })
        {
            var bytes = Convert.FromHexString(hex);
            table.Add($"8.1 {what}", [Frame.Of(Frame.Text, bytes)], "close:1007");
            table.Add($"8.1 {what} in two fragments",
                [Frame.Of(Frame.Text, bytes.AsSpan(0, bytes.Length / 2), last: false), Frame.Of(Frame.Continuation, bytes.AsSpan(bytes.Length / 2))], "close:1007");
            table.Add($"5.6 {what} may stand in a binary message", [Frame.Of(Frame.Binary, bytes)], $"binary:{hex}");
        }
        return table;
    }
}

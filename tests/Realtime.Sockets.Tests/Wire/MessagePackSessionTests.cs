using System.IO.Compression;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Sockets.Tests.MessagePack;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Wire;

/// <summary>The realtime protocol in MessagePack, beside members who speak JSON.</summary>
public sealed class MessagePackSessionTests
{
    private const string At = "2024-05-01T10:20:30.5+00:00";

    [Fact]
    public async Task The_exchange_of_the_protocol_page_is_byte_for_byte_this()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await BinaryClient.ConnectAsync(server);
        await client.NextAsync("welcome");
        await client.SendAsync("""{"type":"join","ref":1,"topic":"plain"}""");
        Assert.Equal("83a474797065a57265706c79a372656601a6737461747573a26f6b", Convert.ToHexStringLower(await client.NextAsync("reply")));

        await client.SendAsync(Convert.FromHexString("85a474797065a56576656e74a372656602a5746f706963a5706c61696ea56576656e74a46b656570a46461746182a56279746573c4020102a26174d6ff6632176e"));

        Assert.Equal(
            "84a474797065a56576656e74a5746f706963a5706c61696ea56576656e74a46b657074a46461746182a56279746573c4020102a26174d6ff6632176e",
            Convert.ToHexStringLower(await client.NextAsync("event")));
        Assert.Equal("83a474797065a57265706c79a372656602a6737461747573a26f6b", Convert.ToHexStringLower(await client.NextAsync("reply")));
    }

    [Fact]
    public async Task Members_of_both_formats_hear_the_same_live_and_replayed()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var text = await TestClient.ConnectAsync(server);
        await using var packed = await BinaryClient.ConnectAsync(server);
        await text.JoinAsync("kept:a");
        Assert.Equal("ok", (await packed.AskAsync("""{"type":"join","ref":1,"topic":"kept:a"}""")).Text("status"));

        // One is sent in each format.
        await packed.SendAsync(Keep([1, 2, 255]));
        var first = await packed.NextAsync("event");
        await text.SendAsync(new { type = "event", topic = "kept:a", @event = "keep", data = new { bytes = "AwQ=", at = At } });

        byte[][] live = [first, await packed.NextAsync("event")];
        foreach (var (message, bytes) in live.Zip(new byte[][] { [1, 2, 255], [3, 4] }))
        {
            Assert.Contains("a56279746573c4" + $"{bytes.Length:x2}" + Convert.ToHexStringLower(bytes) + "a26174d7ff", Convert.ToHexStringLower(message));
        }
        foreach (var bytes in new[] { "AQL/", "AwQ=" })
        {
            var heard = await text.NextAsync();
            Assert.Equal((bytes, At), (heard.GetProperty("data").Text("bytes"), heard.GetProperty("data").Text("at")));
        }

        await using var late = await BinaryClient.ConnectAsync(server);
        await late.SendAsync("""{"type":"join","ref":1,"topic":"kept:a","history":5}""");
        Assert.Equal(live[0], await late.NextAsync("event"));
        Assert.Equal(live[1], await late.NextAsync("event"));
        await late.SendAsync("""{"type":"history","ref":2,"topic":"kept:a"}""");
        Assert.Contains("a56279746573c4030102ff", Convert.ToHexStringLower(await late.NextAsync("reply")));
    }

    [Fact]
    public async Task What_json_says_as_well_is_said_from_json()
    {
        var app = Make();
        await using var server = await TestServer.StartAsync(app);
        await using var packed = await BinaryClient.ConnectAsync(server);
        await packed.AskAsync("""{"type":"join","ref":1,"topic":"kept:b"}""");

        await app.Topics.PublishAsync("kept:b", "said", new { text = "ü\n\"", number = 1.5, list = new[] { 1, 2 }, none = (string?)null });

        Assert.Equal("""{"text":"ü\n\"","number":1.5,"list":[1,2],"none":null}""", BinaryClient.Json(await packed.NextAsync("event")).GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task A_handler_may_take_any_type_and_its_reply_keeps_its_bytes()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await BinaryClient.ConnectAsync(server);
        await client.AskAsync("""{"type":"join","ref":1,"topic":"plain"}""");

        Assert.Equal("""[{"a":1},"b"]""", (await client.AskAsync("""{"type":"event","ref":2,"topic":"plain","event":"element","data":[{"a":1},"b"]}""")).GetProperty("data").GetRawText());
        Assert.Equal(5, (await client.AskAsync("""{"type":"event","ref":3,"topic":"plain","event":"add","data":[2,3]}""")).GetProperty("data").GetInt32());
        await client.SendAsync("""{"type":"event","ref":4,"topic":"plain","event":"bytes","data":3}""");
        Assert.EndsWith("a464617461c403000102", Convert.ToHexStringLower(await client.NextAsync("reply")));
    }

    [Fact]
    public async Task Presence_and_messages_to_one_member_are_in_its_format()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var text = await TestClient.ConnectAsync(server);
        await using var packed = await BinaryClient.ConnectAsync(server);
        await packed.AskAsync("""{"type":"join","ref":1,"topic":"present","data":"Ada"}""");
        Assert.Equal("Ada", BinaryClient.Json(await packed.NextAsync("presence")).GetProperty("members")[0].Text("user"));
        Assert.Contains("a3746f6fc4020506", Convert.ToHexStringLower(await packed.NextAsync("event")));

        await text.JoinAsync("present", "Alan");

        Assert.Equal("Alan", BinaryClient.Json(await packed.NextAsync("presence")).GetProperty("joined")[0].Text("user"));
        var snapshot = await text.NextAsync();
        Assert.Equal(["AQI=", "AQI="], snapshot.GetProperty("members").EnumerateArray().Select(static member => member.GetProperty("data").Text("key")));
    }

    [Theory]
    [InlineData("""{"type":"join","ref":7}""", "bad_message")]
    [InlineData("""{"type":"join","ref":7,"topic":5}""", "bad_message")]
    [InlineData("""{"type":"join","ref":7,"topic":"plain","epoch":"x"}""", "bad_message")]
    [InlineData("""{"type":"join","ref":7,"topic":"plain","history":-1}""", "bad_message")]
    [InlineData("""{"ref":7}""", "bad_message")]
    [InlineData("""{"type":"dance","ref":7}""", "unknown_type")]
    [InlineData("""{"type":"join","ref":7,"topic":"nothing"}""", "unknown_topic")]
    [InlineData("""{"type":"event","ref":7,"topic":"plain","event":"nothing"}""", "unknown_event")]
    [InlineData("""{"type":"event","ref":7,"topic":"plain","event":"add","data":"x"}""", "bad_data")]
    [InlineData("""{"type":"event","ref":7,"topic":"plain","event":"add"}""", "bad_data")]
    [InlineData("""{"type":"event","ref":7,"topic":"plain","event":"fail"}""", "internal")]
    public async Task A_faulty_message_gets_a_reply_that_names_the_fault(string message, string code)
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await BinaryClient.ConnectAsync(server);
        await client.AskAsync("""{"type":"join","ref":1,"topic":"plain"}""");

        var reply = await client.AskAsync(message);

        Assert.Equal((7, "error", code), (reply.GetProperty("ref").GetInt32(), reply.Text("status"), reply.Code()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("c1")]
    [InlineData("c0")]
    [InlineData("93010203")]
    [InlineData("81a474797065")]                        // cut off
    [InlineData("81a474797065a470696e6700")]            // more behind it
    [InlineData("82a474797065a470696e67a37265660000")]
    [InlineData("82a474797065a470696e67a3726566cb3ff8000000000000")]     // ref 1.5
    [InlineData("82a474797065a470696e67a3726566cf0020000000000000")]     // ref 2^53
    [InlineData("8201a470696e67a474797065a470696e67")]  // a name that is no text
    [InlineData("81a2c328c0")]
    public async Task What_has_no_usable_ref_is_answered_by_an_error_and_the_connection_goes_on(string hex)
    {
        var log = new RecordedLog();
        await using var server = await TestServer.StartAsync(Make(log));
        await using var client = await BinaryClient.ConnectAsync(server);

        await client.SendAsync(Convert.FromHexString(hex));

        Assert.Equal("bad_message", BinaryClient.Json(await client.NextAsync("error")).Code());
        Assert.Equal("ok", (await client.AskAsync("""{"type":"ping","ref":8}""")).Text("status"));
        Assert.DoesNotContain(log.Entries, static entry => entry.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData(32, "bad_data")]
    [InlineData(33, "bad_message")]
    [InlineData(20_000, "bad_message")]
    public async Task Nesting_deeper_than_32_is_refused_with_its_ref(int depth, string code)
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await BinaryClient.ConnectAsync(server);
        await client.AskAsync("""{"type":"join","ref":1,"topic":"plain"}""");
        var writer = MessagePackWriter.Take();
        writer.WriteRaw(Convert.FromHexString("85a474797065a56576656e74a5746f706963a5706c61696ea56576656e74a3616464a464617461"));
        writer.WriteRaw([.. Enumerable.Repeat((byte)0x91, depth - 1), 0xc0]);
        writer.WriteRaw(Convert.FromHexString("a372656607"));

        await client.SendAsync(writer.Written.ToArray());
        writer.Return();

        var reply = BinaryClient.Json(await client.NextAsync("reply"));
        Assert.Equal((7, code), (reply.GetProperty("ref").GetInt32(), reply.Code()));
    }

    [Fact]
    public async Task A_text_message_is_closed_with_1003()
    {
        await using var server = await TestServer.StartAsync(Make());
        await using var client = await BinaryClient.ConnectAsync(server);

        await client.Socket.SendAsync("{}"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);

        while (await client.TryNextAsync() is not null)
        {
        }
        Assert.Equal(1003, (int?)client.Socket.CloseStatus);
    }

    [Fact]
    public async Task The_clients_first_choice_is_spoken()
    {
        await using var server = await TestServer.StartAsync(Make());
        foreach (var offered in new[] { "realtime.v1.json", "realtime.v1.msgpack" })
        {
            using var socket = await server.ConnectWebSocketAsync(
                "/realtime", new TestWebSocketOptions { Subprotocols = ["unheard.of", offered, "realtime.v1.json", "realtime.v1.msgpack"] });
            Assert.Equal(offered, socket.SubProtocol);
        }
    }

    [Fact]
    public async Task Damaged_messages_disturb_nobody_and_are_no_warning()
    {
        var log = new RecordedLog();
        await using var server = await TestServer.StartAsync(Make(log, calm: true));
        await using var witness = await TestClient.ConnectAsync(server);
        await witness.JoinAsync("plain");
        var random = new Random(9);
        var valid = new[]
        {
            Keep([1, 2, 3], "plain"), ValueTests.FromJson("""{"type":"event","ref":5,"topic":"plain","event":"element","data":{"a":[1,{"b":null}]}}"""),
            ValueTests.FromJson("""{"type":"join","ref":6,"topic":"kept:x","epoch":"e","offset":3,"data":{"a":"b"}}"""),
        };
        await using var client = await BinaryClient.ConnectAsync(server);
        await client.SendAsync("""{"type":"join","ref":1,"topic":"plain"}""");
        for (var round = 0; round < 2_000; round++)
        {
            await client.SendAsync(RandomValues.Damage(valid[round % valid.Length], random));
            if (round % 50 == 0)
            {
                await client.SendAsync($$"""{"type":"ping","ref":{{1_000_000 + round}}}""");
                while (BinaryClient.Json(await client.NextAsync("reply")).GetProperty("ref").GetInt64() != 1_000_000 + round)
                {
                }
            }
        }

        Assert.Equal("ok", (await witness.AskAsync(new { type = "ping", @ref = 99 })).Text("status"));
        Assert.DoesNotContain(log.Entries, static entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_codec_of_the_apps_own_is_one_more_format()
    {
        var app = Make();
        app.Services.AddSingleton<ICodec, BrotliCodec>();
        await using var server = await TestServer.StartAsync(app);
        await using var text = await TestClient.ConnectAsync(server);
        await text.JoinAsync("kept:c");
        await using var client = await BinaryClient.ConnectAsync(server, "realtime.v1.msgpack-br");
        Assert.Equal("welcome", BinaryClient.Json(Unpack(await client.TryNextAsync())).Text("type"));
        await client.SendAsync(Pack(ValueTests.FromJson("""{"type":"join","ref":1,"topic":"kept:c"}""")));
        Assert.Equal("ok", BinaryClient.Json(Unpack(await client.TryNextAsync())).Text("status"));

        await client.SendAsync(Pack(Keep([7, 8], "kept:c")));
        Assert.Equal("Bwg=", (await text.NextAsync()).GetProperty("data").Text("bytes"));
        Assert.Contains("a56279746573c4020708", Convert.ToHexStringLower(Unpack(await client.TryNextAsync())));

        await client.SendAsync([1, 2, 3]);
        Assert.Equal("bad_message", BinaryClient.Json(Unpack(await client.TryNextAsync())).Code());
        await client.SendAsync(Pack(new byte[300_000]));
        Assert.Equal("bad_message", BinaryClient.Json(Unpack(await client.TryNextAsync())).Code());
        await client.SendAsync(Pack([0xc1]));
        Assert.Equal("bad_message", BinaryClient.Json(Unpack(await client.TryNextAsync())).Code());
    }

    [Fact]
    public async Task A_raw_route_speaks_the_format_that_the_subprotocol_asks_for()
    {
        var app = new App();
        app.WebSocket("/add", static async (Socket socket) =>
        {
            await foreach (var pair in socket.ReadAllAsync<Kept>())
            {
                await socket.SendAsync(pair with { At = pair.At.AddSeconds(1) });
            }
        });
        await using var server = await TestServer.StartAsync(app);
        var kept = new Kept([1, 2], DateTimeOffset.UnixEpoch);

        await using var packed = new BinaryClient(await server.ConnectWebSocketAsync("/add", new TestWebSocketOptions { Subprotocols = ["msgpack", "json"] }));
        await packed.SendAsync(MessagePackValue.Serialize(kept, app.Json));
        Assert.Equal("82a56279746573c4020102a26174d6ff00000001", Convert.ToHexStringLower((await packed.TryNextAsync())!));
        await packed.SendAsync([0xc1]);
        Assert.Null(await packed.TryNextAsync());
        Assert.Equal((1007, "This message is not the MessagePack that is expected here."), ((int)packed.Socket.CloseStatus!, packed.Socket.CloseStatusDescription));

        foreach (var subprotocols in new string[][] { [], ["json"] })
        {
            await using var text = new TestClient(await server.ConnectWebSocketAsync("/add", new TestWebSocketOptions { Subprotocols = subprotocols }));
            await text.SendTextAsync(JsonSerializer.Serialize(kept, app.Json));
            Assert.Equal("""{"bytes":"AQI=","at":"1970-01-01T00:00:01+00:00"}""", (await text.NextAsync()).GetRawText());
        }
    }

    [Fact]
    public async Task What_tells_no_derived_type_is_the_clients_fault_in_both_formats()
    {
        var log = new RecordedLog();
        await using var server = await TestServer.StartAsync(Make(log));
        await using var packed = await BinaryClient.ConnectAsync(server);
        await using var text = await TestClient.ConnectAsync(server);
        await packed.AskAsync("""{"type":"join","ref":1,"topic":"plain"}""");
        await text.JoinAsync("plain");

        var reply = await packed.AskAsync("""{"type":"event","ref":2,"topic":"plain","event":"figure","data":{"radius":1}}""");
        var other = await text.AskAsync(new { type = "event", @ref = 2, topic = "plain", @event = "figure", data = new { radius = 1 } });

        Assert.Equal("bad_data", reply.Code());
        Assert.Equal(reply.GetRawText(), other.GetRawText());
        Assert.DoesNotContain(log.Entries, static entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Two_codecs_of_one_subprotocol_stop_the_start()
    {
        var app = Make();
        app.Services.AddSingleton<ICodec>(new BrotliCodec());
        app.Services.AddSingleton<ICodec>(new BrotliCodec());

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(async () => await TestServer.StartAsync(app));

        Assert.Contains("realtime.v1.msgpack-br", exception.Message);
    }

    [Fact]
    public void The_example_of_the_docs_is_the_codec_that_is_tested()
    {
        var folder = Folder();
        var page = File.ReadAllText(Path.Combine(folder, "../../../docs/codecs.md"));
        var source = File.ReadAllText(Path.Combine(folder, "BrotliCodec.cs"));
        var example = source[source.IndexOf("sealed class", StringComparison.Ordinal)..].Trim();
        Assert.Contains(example, page);

        static string Folder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
    }

    private static byte[] Keep(byte[] bytes, string topic = "kept:a") => MessagePackValue.Serialize(
        new { type = "event", topic, @event = "keep", data = new Kept(bytes, DateTimeOffset.Parse(At)) }, JsonSerializerOptions.Web);

    private static byte[] Pack(byte[] bytes)
    {
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
        Assert.True(BrotliEncoder.TryCompress(bytes, packed, out var length));
        return packed[..length];
    }

    private static byte[] Unpack(byte[]? packed)
    {
        var bytes = new byte[100_000];
        Assert.True(BrotliDecoder.TryDecompress(packed, bytes, out var length));
        return bytes[..length];
    }

    private static App Make(RecordedLog? log = null, bool calm = false)
    {
        var app = new App();
        if (log is not null)
        {
            app.Services.AddSingleton<ILoggerProvider>(log);
        }
        if (calm)
        {
            app.Topics.Options = new RealtimeOptions { MessageBurst = 1_000_000, MaxFaults = 1_000_000 };
        }
        app.Topic("kept:{name}", static topic => topic.History(100).On("keep", static (Member member, Kept kept) => member.Topic.PublishAsync("kept", kept)));
        app.Topic("plain", static topic => topic
            .On("keep", static (Member member, Kept kept) => member.Topic.PublishAsync("kept", kept))
            .On("element", static (JsonElement element) => element)
            .On("figure", static (ValueTests.Figure figure) => figure)
            .On("add", static (int[] numbers) => numbers.Sum())
            .On("bytes", static (int count) => Enumerable.Range(0, count).Select(static number => (byte)number).ToArray())
            .On("fail", new Action(static () => throw new InvalidOperationException("secret"))));
        app.Topic("present", static topic => topic.Presence()
            .OnJoin(static (Member member, string name) =>
            {
                member.User = name;
                member.Data = new { key = new byte[] { 1, 2 } };
            })
            .OnJoined(static (Member member) => member.SendAsync("hello", new { too = new byte[] { 5, 6 } })));
        return app;
    }

    private sealed record Kept(byte[] Bytes, DateTimeOffset At);
}

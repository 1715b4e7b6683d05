using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Wire;

/// <summary>docs/protocol.md shows nothing but what the codec reads and writes, and shows all of it.</summary>
public sealed partial class ProtocolPageTests
{
    private static readonly JsonSerializerOptions Json = new App().Json;
    private static readonly JsonCodec Codec = new(0, Json);

    private static IEnumerable<string> FromClients => Lines('C');

    private static IEnumerable<string> FromTheServer => Lines('S');

    [Fact]
    public void What_clients_say_on_the_page_is_read_unless_it_is_refused_there()
    {
        var refused = new List<string>();
        foreach (var line in FromClients)
        {
            if (!Codec.TryRead(Encoding.UTF8.GetBytes(line), out var message, out var fault))
            {
                var answer = Text(message.Ref > 0 ? Codec.Refuse(message.Ref, fault) : Codec.Error(fault, topic: null));
                Assert.Contains(answer, FromTheServer);
                refused.Add(fault.Code);
            }
        }
        Assert.Equal(["unknown_type", "bad_message"], refused);
    }

    [Fact]
    public void What_the_server_says_on_the_page_is_what_the_codec_writes() =>
        Assert.All(FromTheServer, static line => Assert.Equal(line, Text(Write(JsonElement.Parse(line)))));

    [Fact]
    public void Every_type_of_message_has_an_example()
    {
        Assert.Empty(new[] { "join", "leave", "event", "history", "authenticate", "ping" }.Except(TypesOf(FromClients)));
        Assert.Empty(new[] { "welcome", "reply", "event", "skip", "left", "presence", "reset", "dropped", "away", "error" }.Except(TypesOf(FromTheServer)));
    }

    [Fact]
    public async Task The_session_on_the_page_happens_as_it_is_written()
    {
        var app = new App();
        app.Topic("room:{name}", static room => room.History(100).Presence()
            .OnJoin(static (Member member, string name, Join join) =>
            {
                member.User = join.User;
                return new { welcome = $"Welcome to {name}, {join.User}." };
            })
            .On("say", static (Member member, Say say) => member.Topic.PublishAsync("said", new { member.User, say.Text })));
        await using var server = await TestServer.StartAsync(app);
        for (var number = 1; number <= 12; number++)
        {
            await app.Topics.PublishAsync("room:lobby", "said", number);
        }
        await using var ada = await TestClient.ConnectAsync(server, welcomed: false);
        await using var alan = await TestClient.ConnectAsync(server);

        foreach (var line in Session().Match(Page()).Groups["lines"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == 'C')
            {
                await ada.SendTextAsync(line[3..]);
                continue;
            }
            if (line.Contains("\"joined\"", StringComparison.Ordinal))
            {
                await alan.JoinAsync("room:lobby", new { user = "Alan" });
            }
            var said = (await ada.NextAsync()).GetRawText();
            Assert.Equal(line[3..], Names().Replace(said, static name => name.Groups["of"].Value == "epoch" ? "\"epoch\":\"k3xq\"" : "\"connection\":\"8f2k1\""));
        }
    }

    private static PreparedFrame Write(JsonElement message)
    {
        var topic = message.Text("topic")!;
        return message.Text("type") switch
        {
            "welcome" => Codec.Welcome(message.Text("connection")!, TimeSpan.FromMilliseconds(message.GetProperty("heartbeat").GetInt32()), Member(message, "expires") is { } expires ? TimeSpan.FromMilliseconds(expires.GetInt32()) : null),
            "reply" when message.Text("status") == "error" => Codec.Refuse(Number(message, "ref"), FaultOf(message)),
            "reply" when Member(message, "data") is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("more", out var more) => Codec.History(
                Number(message, "ref"), data.Text("epoch")!, [.. data.GetProperty("events").EnumerateArray().Select(PublicationOf)], more.GetBoolean()),
            "reply" => Codec.Reply(Number(message, "ref"), Member(message, "data"), JoinOf(message)),
            "event" => Codec.Event(topic, message.Text("event")!, DataOf(message), Number(message, "offset"), message.Text("via")),
            "skip" => Codec.Skip(topic, Number(message, "offset")),
            "left" => Codec.Left(topic, FaultOf(message)),
            "presence" when message.TryGetProperty("count", out var count) => Codec.PresenceCount(topic, count.GetInt32()),
            "presence" when message.TryGetProperty("members", out var members) => Codec.Presence(topic, EntriesOf(members)),
            "presence" => Codec.PresenceChange(
                topic, EntriesOf(message.GetProperty("joined")), [.. message.GetProperty("left").EnumerateArray().Select(static id => id.GetString()!)]),
            "reset" => Codec.Reset(topic, PositionOf(message)),
            "dropped" => Codec.Dropped(topic, message.GetProperty("count").GetInt32(), Number(message, "offset")),
            "away" => Codec.Away(TimeSpan.FromMilliseconds(message.GetProperty("reconnect").GetInt32())),
            "error" => Codec.Error(FaultOf(message), message.Text("topic")),
            var type => throw new NotSupportedException($"This test does not know how the server says '{type}'."),
        };
    }

    private static JsonElement? Member(JsonElement message, string name) => message.TryGetProperty(name, out var value) ? value : null;

    private static long Number(JsonElement message, string name) => Member(message, name)?.GetInt64() ?? 0;

    private static EventData DataOf(JsonElement message) => Member(message, "data") is { } data ? new EventData(Encoding.UTF8.GetBytes(data.GetRawText())) : default;

    private static StreamPosition PositionOf(JsonElement message) => new(message.Text("epoch")!, Number(message, "offset"));

    private static JoinOutcome? JoinOf(JsonElement message) =>
        Member(message, "recovered") is { } recovered ? new JoinOutcome(PositionOf(message), recovered.GetBoolean()) : null;

    private static Publication PublicationOf(JsonElement item) => new("", item.Text("event")!, DataOf(item), Number(item, "offset"));

    private static Fault FaultOf(JsonElement message)
    {
        var error = message.GetProperty("error");
        return new Fault(error.Text("code")!, error.Text("message")!, Member(error, "details"));
    }

    private static PresenceEntry[] EntriesOf(JsonElement entries) => [.. entries.EnumerateArray().Select(static entry =>
        new PresenceEntry(entry.Text("id")!, entry.Text("user"), (int)Math.Max(1, Number(entry, "connections")), DataOf(entry), Json))];

    private static IEnumerable<string?> TypesOf(IEnumerable<string> lines) =>
        lines.Where(static line => line.EndsWith('}')).Select(static line => JsonElement.Parse(line).Text("type"));

    private static string Text(PreparedFrame frame) =>
        Encoding.UTF8.GetString(frame.Bytes.AsSpan(frame.Bytes[1] switch { < 126 => 2, 126 => 4, _ => PreparedFrame.MaxHeaderLength }));

    private static IEnumerable<string> Lines(char side)
    {
        // The examples of that part are bytes.
        var page = MessagePack().Replace(Page(), "\n## ");
        return Line().Matches(page).Where(match => match.Value[0] == side).Select(static match => match.Groups["message"].Value);
    }

    private static string Page()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Realtime.sln")))
        {
            folder = folder.Parent!;
        }
        return File.ReadAllText(Path.Combine(folder.FullName, "docs", "protocol.md")).ReplaceLineEndings("\n");
    }

    private sealed record Join(string User);

    private sealed record Say(string Text);

    [GeneratedRegex(@"## A session\n\n```\n(?<lines>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Session();

    [GeneratedRegex(@"""(?<of>epoch|connection)"":""[^""]*""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Names();

    [GeneratedRegex(@"^[CS]  (?<message>\{.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();

    [GeneratedRegex(@"\n## MessagePack\n.*?\n## ", RegexOptions.Singleline, 1000)]
    private static partial Regex MessagePack();
}

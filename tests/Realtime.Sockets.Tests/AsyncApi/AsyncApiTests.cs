using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.AsyncApi;

public sealed partial class AsyncApiTests
{
    [Theory]
    [InlineData(false, null, HttpStatusCode.NotFound)]
    [InlineData(false, true, HttpStatusCode.OK)]
    [InlineData(true, null, HttpStatusCode.OK)]
    [InlineData(true, false, HttpStatusCode.NotFound)]
    public async Task It_is_there_in_development_or_where_the_app_says_so(bool isDevelopment, bool? option, HttpStatusCode expected)
    {
        var app = ChatApp.Create();
        app.IsDevelopment = isDevelopment;
        app.Topics.Options = app.Topics.Options with { AsyncApi = option };
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(expected, (await server.Http.GetAsync("/asyncapi.json")).StatusCode);
    }

    [Fact]
    public async Task It_describes_topics_events_and_payloads()
    {
        var document = await ReadAsync();

        var channel = document.GetProperty("channels").GetProperty("room.name");
        Assert.Equal("room:{name}", channel.Text("address"));
        Assert.Equal(["name"], channel.GetProperty("parameters").EnumerateObject().Select(static one => one.Name));
        var say = channel.GetProperty("messages").GetProperty("say").GetProperty("payload").GetProperty("properties");
        Assert.Equal("say", say.GetProperty("event").Text("const"));
        var schema = Resolve(document, say.GetProperty("data").Text("$ref")!);
        Assert.Equal("string", schema.GetProperty("properties").GetProperty("text").Text("type"));
        Assert.Equal(["text"], schema.GetProperty("required").EnumerateArray().Select(static one => one.GetString()));
        var operations = document.GetProperty("operations");
        Assert.Equal("receive", operations.GetProperty("room.name.receive.say").Text("action"));
        Assert.Equal("send", operations.GetProperty("room.name.send.said").Text("action"));
        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("token").Text("scheme"));
    }

    [Fact]
    public async Task It_keeps_the_rules_of_AsyncAPI_3()
    {
        var document = await ReadAsync();

        Assert.Equal("3.0.0", document.Text("asyncapi"));
        Assert.NotEmpty(document.GetProperty("info").Text("title")!);
        Assert.NotEmpty(document.GetProperty("info").Text("version")!);
        foreach (var server in document.GetProperty("servers").EnumerateObject())
        {
            Assert.NotEmpty(server.Value.Text("host")!);
            Assert.NotEmpty(server.Value.Text("protocol")!);
        }
        foreach (var part in document.GetProperty("components").EnumerateObject())
        {
            Assert.All(part.Value.EnumerateObject(), static one => Assert.Matches(Key(), one.Name));
        }
        foreach (var channel in document.GetProperty("channels").EnumerateObject())
        {
            // The expressions of the address and the parameters are the same.
            var expressions = Expression().Matches(channel.Value.Text("address")!).Select(static match => match.Groups[1].Value);
            var parameters = channel.Value.TryGetProperty("parameters", out var all) ? all.EnumerateObject().Select(static one => one.Name) : [];
            Assert.Equal(expressions, parameters);
        }
        foreach (var operation in document.GetProperty("operations").EnumerateObject().Select(static one => one.Value))
        {
            Assert.Contains(operation.Text("action"), new[] { "send", "receive" });
            CheckMessages(operation);
            if (operation.TryGetProperty("reply", out var reply))
            {
                CheckMessages(reply);
            }
        }
        Assert.All(References(document), pointer => Resolve(document, pointer));
    }

    // The messages of an operation are some of its channel's.
    private static void CheckMessages(JsonElement operation)
    {
        var channel = operation.GetProperty("channel").Text("$ref")!;
        Assert.StartsWith("#/channels/", channel);
        Assert.All(operation.GetProperty("messages").EnumerateArray(), message => Assert.StartsWith($"{channel}/messages/", message.Text("$ref")));
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static one =>
            one.Name == "$ref" && one.Value.ValueKind == JsonValueKind.String ? [one.Value.GetString()!] : References(one.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static JsonElement Resolve(JsonElement document, string pointer) =>
        pointer.Split('/')[1..].Aggregate(document, static (element, name) => element.ValueKind == JsonValueKind.Array ? element[int.Parse(name, null)] : element.GetProperty(name));

    private static async Task<JsonElement> ReadAsync()
    {
        var app = ChatApp.Create();
        app.Topics.Options = app.Topics.Options with { AsyncApi = true };
        app.Topics.Authenticate(static () => Identity.Anonymous);
        app.Topic("doc:{id:int}:{part}", static topic => topic
            .On("move", static (Node node) => new Dictionary<string, Node> { ["moved"] = node })
            .On("a b/c", static (Node[] nodes, CancellationToken _) => Task.FromResult(nodes.Length))
            .On("join", static (object anything) => anything)
            .Publishes<Node>("moved", "A node was moved.")
            .Publishes<object>("anything"));
        app.Topic("news", static topic => topic.Publishes<string>("said"));
        app.Topic("rooms:{name}", static topic => topic.Publishes<ChatApp.Said>("said"));
        await using var server = await TestServer.StartAsync(app);
        var text = await server.Http.GetStringAsync("/asyncapi.json");
        if (Environment.GetEnvironmentVariable("ASYNCAPI_OUT") is { } path)
        {
            await File.WriteAllTextAsync(path, text);
        }
        return JsonDocument.Parse(text).RootElement;
    }

    public sealed record Node(string Name, Node? Next, IReadOnlyList<Node> Children, DateTimeOffset At, Uri? Link);

    [GeneratedRegex(@"^[a-zA-Z0-9.\-_]+$")]
    private static partial Regex Key();

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex Expression();
}

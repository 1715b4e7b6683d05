using System.Text.Json;
using System.Text.Json.Nodes;
using Realtime.Schemas;

namespace Realtime.Sockets;

/// <summary>Describes an app's topics as an AsyncAPI 3.0 document: a channel for each pattern, an operation for each event, a message for each envelope.</summary>
/// <remarks>The app is the one that receives and sends, as AsyncAPI 3 looks at it.</remarks>
/// <param name="options">The endpoint's.</param>
/// <param name="definitions">The topics.</param>
/// <param name="json">How payloads are written.</param>
/// <param name="asksForToken">Whether clients have to say who they are.</param>
internal sealed class AsyncApiDocument(RealtimeOptions options, IReadOnlyList<TopicDefinition> definitions, JsonSerializerOptions json, bool asksForToken)
{
    private const string Token = "token";

    private readonly SchemaBook _book = new(json);
    private readonly JsonObject _channels = [];
    private readonly JsonObject _operations = [];

    /// <summary>Writes the document.</summary>
    /// <param name="title">The app's name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="protocol"><c>ws</c> or <c>wss</c>.</param>
    /// <param name="host">Where it is, with its port.</param>
    public JsonObject Write(string title, string version, string protocol, string host)
    {
        foreach (var definition in definitions)
        {
            AddChannel(definition);
        }
        var server = new JsonObject
        {
            ["host"] = host,
            ["protocol"] = protocol,
            ["pathname"] = options.Path,
            ["description"] = "Subprotocol realtime.v1.json. One connection carries all channels: a client enters one with a join.",
        };
        var components = new JsonObject { ["schemas"] = _book.Schemas, ["messages"] = new JsonObject { ["refused"] = Refused() } };
        if (asksForToken)
        {
            server["security"] = new JsonArray(Reference($"#/components/securitySchemes/{Token}"));
            components["securitySchemes"] = new JsonObject { [Token] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } };
        }
        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = title, ["version"] = version },
            ["defaultContentType"] = "application/json",
            ["servers"] = new JsonObject { ["realtime"] = server },
            ["channels"] = _channels,
            ["operations"] = _operations,
            ["components"] = components,
        };
    }

    private void AddChannel(TopicDefinition definition)
    {
        var id = Unused(_channels, SchemaBook.AsKey(definition.Pattern.Address.Replace(':', '.')));
        var messages = new JsonObject();
        var channel = new JsonObject { ["address"] = definition.Pattern.Address, ["servers"] = new JsonArray(Reference("#/servers/realtime")), ["messages"] = messages };
        if (definition.Pattern.Captures.Count > 0)
        {
            channel["parameters"] = new JsonObject(definition.Pattern.CaptureTypes.Select(static capture => KeyValuePair.Create<string, JsonNode?>(
                capture.Name, new JsonObject { ["description"] = capture.Type == "string" ? "Any text without a colon." : $"Of type {capture.Type}." })));
        }
        _channels[id] = channel;

        messages["join"] = Message("join", "Enters the topic.", Envelope("join", null, definition.Join?.Data?.ParameterType ?? definition.Authorize?.Data?.ParameterType, isAsked: true));
        messages["joined"] = Message("joined", "Answers a join.", Reply(definition.Join?.ResultType));
        AddReceive(id, "join", "join", "joined");
        foreach (var (name, handler) in definition.Events)
        {
            var key = Unused(messages, SchemaBook.AsKey(name));
            var reply = Unused(messages, $"{key}.reply");
            messages[key] = Message(name, null, Envelope("event", name, handler.Data?.ParameterType, isAsked: false));
            messages[reply] = Message($"{name}.reply", null, Reply(handler.ResultType));
            AddReceive(id, key, key, reply);
        }
        foreach (var (name, published) in definition.Published)
        {
            var key = Unused(messages, SchemaBook.AsKey(name));
            messages[key] = Message(name, published.Description, Event(name, published.Type, definition.History is not null));
            _operations[Unused(_operations, $"{id}.send.{key}")] = new JsonObject
            {
                ["action"] = "send",
                ["channel"] = Reference($"#/channels/{id}"),
                ["messages"] = new JsonArray(Reference($"#/channels/{id}/messages/{key}")),
            };
        }
        messages["refused"] = Reference("#/components/messages/refused");
    }

    private void AddReceive(string channel, string name, string message, string reply) => _operations[Unused(_operations, $"{channel}.receive.{name}")] = new JsonObject
    {
        ["action"] = "receive",
        ["channel"] = Reference($"#/channels/{channel}"),
        ["messages"] = new JsonArray(Reference($"#/channels/{channel}/messages/{message}")),
        ["reply"] = new JsonObject
        {
            ["channel"] = Reference($"#/channels/{channel}"),
            ["messages"] = new JsonArray(Reference($"#/channels/{channel}/messages/{reply}"), Reference($"#/channels/{channel}/messages/refused")),
        },
    };

    private JsonObject Envelope(string type, string? name, Type? data, bool isAsked)
    {
        var members = new JsonObject { ["type"] = Constant(type), ["ref"] = Number(1), ["topic"] = Text() };
        var required = new JsonArray("type", "topic");
        if (isAsked)
        {
            required.Add("ref");
        }
        if (name is not null)
        {
            members["event"] = Constant(name);
            required.Add("event");
        }
        if (data is not null)
        {
            members["data"] = _book.Refer(data);
        }
        return Shape(members, required);
    }

    private JsonObject Event(string name, Type data, bool isKept)
    {
        var members = new JsonObject { ["type"] = Constant("event"), ["topic"] = Text(), ["event"] = Constant(name), ["data"] = _book.Refer(data) };
        if (isKept)
        {
            members["offset"] = Number(1);
        }
        return Shape(members, new JsonArray("type", "topic", "event", "data"));
    }

    private JsonObject Reply(Type? data)
    {
        var members = new JsonObject { ["type"] = Constant("reply"), ["ref"] = Number(1), ["status"] = Constant("ok") };
        if (data is not null && data != typeof(void))
        {
            members["data"] = _book.Refer(data);
        }
        return Shape(members, new JsonArray("type", "ref", "status"));
    }

    private static JsonObject Refused() => Message("refused", "Answers what was refused.", Shape(
        new JsonObject
        {
            ["type"] = Constant("reply"),
            ["ref"] = Number(1),
            ["status"] = Constant("error"),
            ["error"] = Shape(new JsonObject { ["code"] = Text(), ["message"] = Text(), ["details"] = new JsonObject() }, new JsonArray("code", "message")),
        },
        new JsonArray("type", "ref", "status", "error")));

    private static JsonObject Message(string name, string? summary, JsonObject payload)
    {
        var message = new JsonObject { ["name"] = name, ["payload"] = payload };
        if (summary is not null)
        {
            message["summary"] = summary;
        }
        return message;
    }

    private static JsonObject Shape(JsonObject members, JsonArray required) => new() { ["type"] = "object", ["properties"] = members, ["required"] = required };

    private static JsonObject Constant(string value) => new() { ["const"] = value };

    private static JsonObject Text() => new() { ["type"] = "string" };

    private static JsonObject Number(int least) => new() { ["type"] = "integer", ["minimum"] = least };

    private static JsonObject Reference(string to) => new() { ["$ref"] = to };

    private static string Unused(JsonObject map, string name)
    {
        var unused = name;
        for (var number = 2; map.ContainsKey(unused); number++)
        {
            unused = $"{name}_{number}";
        }
        return unused;
    }
}

using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>Reads one client message from JSON, and goes on behind a fault where it can, to find the <c>ref</c> to answer.</summary>
/// <param name="bytes">The whole message.</param>
internal ref struct JsonMessageReader(ReadOnlyMemory<byte> bytes)
{
    private const int MaxDepth = 32;
    private const int MaxNameLength = 256;
    private const long MaxInteger = (1L << 53) - 1;

    // The depth is limited here and not in the reader, which would stop before it has seen the ref.
    private Utf8JsonReader _json = new(bytes.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
    private Fault? _fault;
    private string? _type;
    private long _ref;
    private string? _topic;
    private string? _event;
    private ReadOnlyMemory<byte> _data;
    private string? _epoch;
    private long? _offset;
    private long? _history;

    /// <summary>Reads the message.</summary>
    public bool TryRead(out ClientMessage message, out Fault fault)
    {
        try
        {
            ReadObject();
        }
        catch (JsonException)
        {
            message = default;
            fault = Fault.BadMessage("This is not JSON: a message is one JSON object.");
            return false;
        }
        var type = Check();
        message = new ClientMessage(
            type, _ref, _topic ?? "", _event ?? "", _data, _epoch is not null && _offset is { } offset ? new StreamPosition(_epoch, offset) : null,
            (int)Math.Min(_history ?? 0, int.MaxValue));
        fault = _fault.GetValueOrDefault();
        return _fault is null;
    }

    private void ReadObject()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            Fail("A message is one JSON object.");
            _json.Skip();
            _json.Read();
            return;
        }
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            ReadMember();
        }
        // One more read: whatever stands behind the object makes it no JSON text.
        _json.Read();
    }

    private void ReadMember()
    {
        if (_json.ValueTextEquals("type"u8))
        {
            _type = ReadText("type");
        }
        else if (_json.ValueTextEquals("ref"u8))
        {
            _ref = ReadInteger("ref", 1) ?? 0;
        }
        else if (_json.ValueTextEquals("topic"u8))
        {
            _topic = ReadText("topic");
        }
        else if (_json.ValueTextEquals("event"u8))
        {
            _event = ReadText("event");
        }
        else if (_json.ValueTextEquals("data"u8))
        {
            _json.Read();
            var start = (int)_json.TokenStartIndex;
            SkipValue();
            _data = bytes[start..(int)_json.BytesConsumed];
        }
        else if (_json.ValueTextEquals("epoch"u8))
        {
            _epoch = ReadText("epoch");
        }
        else if (_json.ValueTextEquals("offset"u8))
        {
            _offset = ReadInteger("offset", 0);
        }
        else if (_json.ValueTextEquals("history"u8))
        {
            _history = ReadInteger("history", 0);
        }
        else
        {
            _json.Read();
            SkipValue();
        }
    }

    private string? ReadText(string name)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.String)
        {
            try
            {
                return _json.GetString();
            }
            catch (InvalidOperationException)
            {
                Fail($"'{name}' holds half of a surrogate pair.");
                return null;
            }
        }
        if (_json.TokenType != JsonTokenType.Null)
        {
            Fail($"'{name}' is not a string.");
            SkipValue();
        }
        return null;
    }

    private long? ReadInteger(string name, long least)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out var value) && value >= least && value <= MaxInteger)
        {
            return value;
        }
        if (_json.TokenType != JsonTokenType.Null)
        {
            Fail($"'{name}' is not a whole number from {least} to 2^53-1.");
            SkipValue();
        }
        return null;
    }

    private void SkipValue()
    {
        var depth = _json.CurrentDepth;
        if (_json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }
        do
        {
            if (_json.CurrentDepth >= MaxDepth && _json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                Fail($"This is nested more than {MaxDepth} deep.");
            }
        }
        while (_json.Read() && _json.CurrentDepth > depth);
    }

    private ClientMessageType Check()
    {
        var type = _type switch
        {
            "join" => ClientMessageType.Join,
            "leave" => ClientMessageType.Leave,
            "event" => ClientMessageType.Event,
            "ping" => ClientMessageType.Ping,
            _ => ClientMessageType.None,
        };
        if (_fault is not null)
        {
            return type;
        }
        if (type == ClientMessageType.None)
        {
            _fault = _type is null ? Fault.BadMessage("'type' is missing.") : Fault.UnknownType(_type);
            return type;
        }
        if (type != ClientMessageType.Ping)
        {
            CheckName("topic", _topic);
        }
        if (type == ClientMessageType.Event)
        {
            CheckName("event", _event);
        }
        else if (type != ClientMessageType.Ping && _ref == 0)
        {
            Fail("'ref' is missing.");
        }
        if (type == ClientMessageType.Join && (_epoch is null) != (_offset is null))
        {
            Fail("'epoch' and 'offset' go together: one of them is missing.");
        }
        return type;
    }

    private void CheckName(string name, string? value)
    {
        if (value is null)
        {
            Fail($"'{name}' is missing.");
        }
        else if (value.Length is 0 or > MaxNameLength)
        {
            Fail($"'{name}' is not of 1 to {MaxNameLength} characters.");
        }
    }

    // The first fault is the one to tell.
    private void Fail(string message) => _fault ??= Fault.BadMessage(message);
}

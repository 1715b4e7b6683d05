using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>Reads one client message from JSON, and goes on behind a fault where it can, to find the <c>ref</c> to answer.</summary>
/// <param name="bytes">The whole message.</param>
internal ref struct JsonMessageReader(ReadOnlyMemory<byte> bytes) : IMemberReader
{
    // The depth is limited here and not in the reader, which would stop before it has seen the ref.
    private Utf8JsonReader _json = new(bytes.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
    private MessageDraft _draft;

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
        return _draft.TryFinish(out message, out fault);
    }

    private void ReadObject()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            _draft.Fail("A message is one JSON object.");
            _json.Skip();
            _json.Read();
            return;
        }
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            MessageDraft.ReadMember(ref this, ref _draft);
        }
        // One more read: whatever stands behind the object makes it no JSON text.
        _json.Read();
    }

    public bool IsNamed(ReadOnlySpan<byte> name) => _json.ValueTextEquals(name);

    public ReadOnlyMemory<byte> ReadValue()
    {
        _json.Read();
        var start = (int)_json.TokenStartIndex;
        SkipValue();
        return bytes[start..(int)_json.BytesConsumed];
    }

    public string? ReadText(string name)
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
                _draft.Fail($"'{name}' holds half of a surrogate pair.");
                return null;
            }
        }
        if (_json.TokenType != JsonTokenType.Null)
        {
            _draft.FailText(name);
            SkipValue();
        }
        return null;
    }

    public long? ReadInteger(string name, long least)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out var value) && value >= least && value <= MessageDraft.MaxInteger)
        {
            return value;
        }
        if (_json.TokenType != JsonTokenType.Null)
        {
            _draft.FailInteger(name, least);
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
            if (_json.CurrentDepth >= MessageDraft.MaxDepth && _json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                _draft.FailDepth();
            }
        }
        while (_json.Read() && _json.CurrentDepth > depth);
    }
}

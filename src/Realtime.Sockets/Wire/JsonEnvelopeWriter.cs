using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>Writes the protocol's messages as JSON.</summary>
/// <param name="json">Where to.</param>
internal sealed class JsonEnvelopeWriter(Utf8JsonWriter json) : EnvelopeWriter
{
    public override void StartMap() => json.WriteStartObject();

    public override void EndMap() => json.WriteEndObject();

    public override void StartList(int count) => json.WriteStartArray();

    public override void EndList() => json.WriteEndArray();

    public override void Name(ReadOnlySpan<byte> name) => json.WritePropertyName(name);

    public override void Text(string value) => json.WriteStringValue(value);

    public override void Ascii(ReadOnlySpan<byte> value) => json.WriteStringValue(value);

    public override void Integer(long value) => json.WriteNumberValue(value);

    public override void Flag(bool value) => json.WriteBooleanValue(value);

    // It came out of a serializer: checking it again would be the dearest part of a publish.
    public override void Data(in EventData data) => json.WriteRawValue(data.Json.Span, skipInputValidation: true);

    public override void Value(object value, JsonSerializerOptions options) => JsonSerializer.Serialize(json, value, value.GetType(), options);
}

using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>An event's data in the forms that its receivers may speak. The bytes are not changed once they are published.</summary>
/// <param name="Json">The data, UTF-8 JSON: always there, and what history keeps.</param>
/// <param name="MessagePack">
/// The data as MessagePack, where JSON would flatten it (byte arrays, times); empty where the JSON says everything, from which it is then made on demand.
/// </param>
public readonly record struct EventData(ReadOnlyMemory<byte> Json, ReadOnlyMemory<byte> MessagePack = default)
{
    /// <summary>Writes a value of an app's in the forms that it needs.</summary>
    internal static EventData Write<T>(T value, JsonSerializerOptions options) => new(JsonScratch.Serialize(value, options), MessagePackValue.SerializeIfMore(value, options));
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Realtime.Sockets;

namespace Realtime.Binding;

/// <summary>Reads a body as MessagePack, by the contract that names its members in JSON.</summary>
internal static class MessagePackBody
{
    public static BodyValue<T> Read<T>(byte[] bytes, JsonTypeInfo<T> type)
    {
        try
        {
            return new BodyValue<T>(true, MessagePackValue.Deserialize(bytes, type));
        }
        catch (JsonException exception)
        {
            throw JsonProblem.Error(exception, type, format: "MessagePack");
        }
        catch (NotSupportedException exception)
        {
            throw JsonProblem.Error(exception);
        }
    }
}

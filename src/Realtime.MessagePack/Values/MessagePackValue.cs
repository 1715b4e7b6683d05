using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>Writes values as MessagePack and reads them, by the contracts that name their members in JSON.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal static class MessagePackValue
{
    /// <summary>Writes a value.</summary>
    /// <exception cref="JsonException">It cannot be written: it holds itself, for instance.</exception>
    /// <exception cref="NotSupportedException">JSON cannot say its type.</exception>
    public static byte[] Serialize<T>(T value, JsonSerializerOptions options)
    {
        var writer = MessagePackWriter.Take();
        try
        {
            Shapes.Of(options).For<T>().Write(writer, value);
            return writer.Written.ToArray();
        }
        finally
        {
            writer.Return();
        }
    }

    /// <summary>Writes a value, where it says something that JSON has no words for; else nothing.</summary>
    public static ReadOnlyMemory<byte> SerializeIfMore<T>(T value, JsonSerializerOptions options)
    {
        var shapes = Shapes.Of(options);
        if (!shapes.MaySayMoreThanJson(typeof(T)))
        {
            return default;
        }
        var writer = MessagePackWriter.Take();
        try
        {
            shapes.For<T>().Write(writer, value);
            return writer.SaysMoreThanJson ? writer.Written.ToArray() : default(ReadOnlyMemory<byte>);
        }
        finally
        {
            writer.Return();
        }
    }

    /// <summary>Reads a value.</summary>
    /// <exception cref="JsonException">It is malformed, or does not fit the type; its path says where.</exception>
    /// <exception cref="NotSupportedException">JSON cannot become the type.</exception>
    public static T? Deserialize<T>(ReadOnlyMemory<byte> bytes, JsonTypeInfo<T> contract)
    {
        var reader = MessagePackReader.Take(bytes);
        try
        {
            var value = Shapes.Of(contract.Options).For<T>().Read(reader);
            return reader.IsAtEnd ? value : throw new MessagePackException("There is more behind the value.", reader.Position);
        }
        catch (JsonException exception)
        {
            throw Located(bytes, reader.FaultPosition >= 0 ? reader.FaultPosition : reader.Position, exception.Path is ['$', .. var inner] ? inner : "", exception);
        }
        catch (MessagePackException exception)
        {
            throw Located(bytes, exception.Position, "", exception);
        }
        finally
        {
            reader.Return();
        }
    }

    private static JsonException Located(ReadOnlyMemory<byte> bytes, int position, string inner, Exception exception)
    {
        var path = MessagePackPath.To(bytes, position) + inner;
        var message = exception.Message;
        if (message.IndexOf(" Path: ", StringComparison.Ordinal) is >= 0 and var at)
        {
            message = message[..at];
        }
        return new JsonException($"{message} Path: {path}.", path, lineNumber: null, bytePositionInLine: null, exception);
    }
}

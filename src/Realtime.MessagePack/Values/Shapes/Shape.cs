using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>How the values of one type are written as MessagePack and read from it.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal abstract class Shape
{
    /// <summary>Whether its values may hold what JSON has no words for: bytes, instants.</summary>
    /// <param name="seen">The shapes that were asked already, for types that hold themselves.</param>
    public virtual bool MaySayMoreThanJson(HashSet<Shape> seen) => false;

    /// <summary>Writes a value whose type is known by the value only.</summary>
    public abstract void WriteObject(MessagePackWriter writer, object? value);

    /// <summary>Writes an object with one more member before its own; false where it is not written as a map.</summary>
    public virtual bool TryWriteTagged(MessagePackWriter writer, object value, byte[] tag) => false;
}

/// <summary>How the values of one type are written as MessagePack and read from it.</summary>
/// <remarks>
/// What a shape cannot read as it stands, be it unusual or wrong, it reads by way of JSON: the serializer then takes it or says what is wrong with it,
/// so that both formats take and refuse the same.
/// </remarks>
/// <param name="contract">The serializer's contract of the type.</param>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal abstract class Shape<T>(JsonTypeInfo<T> contract) : Shape
{
    protected JsonTypeInfo<T> Contract { get; } = contract;

    private int MaxDepth => Contract.Options.MaxDepth is > 0 and var depth ? depth : MessagePackJson.MaxDepth;

    public abstract void Write(MessagePackWriter writer, T value);

    public abstract T? Read(MessagePackReader reader);

    public sealed override void WriteObject(MessagePackWriter writer, object? value) => Write(writer, (T)value!);

    protected T? ReadAsJson(MessagePackReader reader)
    {
        var start = reader.Position;
        using var scratch = JsonBuffer.Take();
        try
        {
            MessagePackJson.ToJson(reader, scratch.Writer, MaxDepth);
            scratch.Writer.Flush();
            return JsonSerializer.Deserialize(scratch.Written, Contract);
        }
        catch (JsonException)
        {
            reader.FaultPosition = start;
            throw;
        }
        catch (NotSupportedException exception)
        {
            reader.FaultPosition = start;
            // What misses the word that tells its derived type makes the serializer say that the type is not supported: the peer's fault nevertheless.
            throw new JsonException("The value does not tell of which type it is.", exception);
        }
    }

    protected void WriteAsJson(MessagePackWriter writer, T value)
    {
        using var scratch = JsonBuffer.Take();
        JsonSerializer.Serialize(scratch.Writer, value, Contract);
        scratch.Writer.Flush();
        MessagePackJson.FromJson(scratch.Written, writer, MaxDepth);
    }

    /// <summary>Notes that a container begins.</summary>
    /// <exception cref="JsonException">It is in too many others: what holds itself is never written to an end.</exception>
    protected void Enter(MessagePackWriter writer)
    {
        if (++writer.Depth > MaxDepth)
        {
            throw new JsonException($"A possible object cycle was detected: the value is nested more than {MaxDepth} deep.");
        }
    }

    /// <summary>Notes that a container begins.</summary>
    /// <exception cref="JsonException">It is in too many others.</exception>
    protected void Enter(MessagePackReader reader)
    {
        if (++reader.Depth > MaxDepth)
        {
            throw new JsonException($"The value is nested more than {MaxDepth} deep.");
        }
    }
}

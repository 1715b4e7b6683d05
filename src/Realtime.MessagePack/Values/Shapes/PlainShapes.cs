using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>True and false.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class BooleanShape(JsonTypeInfo<bool> contract) : Shape<bool>(contract)
{
    public override void Write(MessagePackWriter writer, bool value) => writer.Write(value);

    public override bool Read(MessagePackReader reader) => reader.Next == MessagePackType.Boolean ? reader.ReadBoolean() : ReadAsJson(reader);
}

/// <summary>Text.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class StringShape(JsonTypeInfo<string> contract) : Shape<string?>(contract!)
{
    public override void Write(MessagePackWriter writer, string? value)
    {
        if (value is null)
        {
            writer.WriteNil();
        }
        else
        {
            writer.Write(value);
        }
    }

    public override string? Read(MessagePackReader reader) =>
        reader.TryReadNil() ? null : reader.TryReadUtf8(out var text) ? Encoding.UTF8.GetString(text) : ReadAsJson(reader);
}

/// <summary>Ids, as text with hyphens.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class GuidShape(JsonTypeInfo<Guid> contract) : Shape<Guid>(contract)
{
    private const int Length = 36;

    public override void Write(MessagePackWriter writer, Guid value)
    {
        Span<byte> text = stackalloc byte[Length];
        value.TryFormat(text, out _);
        writer.WriteUtf8(text);
    }

    public override Guid Read(MessagePackReader reader)
    {
        var start = reader.Position;
        if (reader.TryReadUtf8(out var text) && text.Length == Length && Utf8Parser.TryParse(text, out Guid value, out var read, 'D') && read == Length)
        {
            return value;
        }
        reader.MoveTo(start);
        return ReadAsJson(reader);
    }
}

/// <summary>Instants, as the timestamp extension; ISO 8601 text is read too.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class DateTimeShape(JsonTypeInfo<DateTime> contract) : Shape<DateTime>(contract)
{
    public override bool MaySayMoreThanJson(HashSet<Shape> seen) => true;

    public override void Write(MessagePackWriter writer, DateTime value) => writer.WriteTimestamp(Instant.ToUtc(value));

    public override DateTime Read(MessagePackReader reader) => reader.Next == MessagePackType.Timestamp ? Instant.ReadUtc(reader) : ReadAsJson(reader);
}

/// <summary>Instants, as the timestamp extension, which keeps no offset; ISO 8601 text is read too.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class DateTimeOffsetShape(JsonTypeInfo<DateTimeOffset> contract) : Shape<DateTimeOffset>(contract)
{
    public override bool MaySayMoreThanJson(HashSet<Shape> seen) => true;

    public override void Write(MessagePackWriter writer, DateTimeOffset value) => writer.WriteTimestamp(value.UtcDateTime);

    public override DateTimeOffset Read(MessagePackReader reader) =>
        reader.Next == MessagePackType.Timestamp ? new DateTimeOffset(Instant.ReadUtc(reader)) : ReadAsJson(reader);
}

/// <summary>Bytes; base64 text is read too.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class BytesShape(JsonTypeInfo<byte[]> contract) : Shape<byte[]?>(contract!)
{
    public override bool MaySayMoreThanJson(HashSet<Shape> seen) => true;

    public override void Write(MessagePackWriter writer, byte[]? value)
    {
        if (value is null)
        {
            writer.WriteNil();
        }
        else
        {
            writer.WriteBinary(value);
        }
    }

    public override byte[]? Read(MessagePackReader reader) => reader.Next == MessagePackType.Binary ? reader.ReadBinary().ToArray() : ReadAsJson(reader);
}

/// <summary>Bytes; base64 text is read too.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class MemoryShape(JsonTypeInfo<Memory<byte>> contract) : Shape<Memory<byte>>(contract)
{
    public override bool MaySayMoreThanJson(HashSet<Shape> seen) => true;

    public override void Write(MessagePackWriter writer, Memory<byte> value) => writer.WriteBinary(value.Span);

    public override Memory<byte> Read(MessagePackReader reader) => reader.Next == MessagePackType.Binary ? reader.ReadBinary().ToArray() : ReadAsJson(reader);
}

/// <summary>Bytes; base64 text is read too.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class ReadOnlyMemoryShape(JsonTypeInfo<ReadOnlyMemory<byte>> contract) : Shape<ReadOnlyMemory<byte>>(contract)
{
    public override bool MaySayMoreThanJson(HashSet<Shape> seen) => true;

    public override void Write(MessagePackWriter writer, ReadOnlyMemory<byte> value) => writer.WriteBinary(value.Span);

    public override ReadOnlyMemory<byte> Read(MessagePackReader reader) => reader.Next == MessagePackType.Binary ? reader.ReadBinary().ToArray() : ReadAsJson(reader);
}

/// <summary>A value type or nothing.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class NullableShape<T>(JsonTypeInfo<T?> contract, Shape<T> inner) : Shape<T?>(contract)
    where T : struct
{
    public override bool MaySayMoreThanJson(HashSet<Shape> seen) => inner.MaySayMoreThanJson(seen);

    public override void Write(MessagePackWriter writer, T? value)
    {
        if (value is { } some)
        {
            inner.Write(writer, some);
        }
        else
        {
            writer.WriteNil();
        }
    }

    public override T? Read(MessagePackReader reader) => reader.TryReadNil() ? null : inner.Read(reader);
}

/// <summary>Enums, as a number or as text, as the contract says.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class EnumShape<T>(JsonTypeInfo<T> contract) : Shape<T>(contract)
    where T : struct, Enum
{
    private const int MaxKnown = 64;

    private readonly System.Collections.Concurrent.ConcurrentDictionary<T, byte[]> _known = [];

    public override void Write(MessagePackWriter writer, T value)
    {
        if (_known.TryGetValue(value, out var encoded))
        {
            writer.WriteEncoded(encoded);
            return;
        }
        var start = writer.Length;
        WriteAsJson(writer, value);
        // Flags combine to more values than are worth keeping.
        if (_known.Count < MaxKnown)
        {
            _known[value] = writer.Written.Span[start..].ToArray();
        }
    }

    public override T Read(MessagePackReader reader) => ReadAsJson(reader);
}

/// <summary>A value that is declared as an object: it is written as what it is.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class AnyShape(JsonTypeInfo<object> contract, Shapes shapes) : Shape<object?>(contract!)
{
    public override bool MaySayMoreThanJson(HashSet<Shape> seen) => true;

    public override void Write(MessagePackWriter writer, object? value)
    {
        if (value is null)
        {
            writer.WriteNil();
        }
        else if (value.GetType() == typeof(object))
        {
            writer.WriteMapHeader(0);
        }
        else
        {
            shapes.For(value.GetType()).WriteObject(writer, value);
        }
    }

    public override object? Read(MessagePackReader reader) => ReadAsJson(reader);
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>A type whose contract names derived types: each is written with the member that tells which one it is, before its own.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class PolymorphicShape<T> : Shape<T>
    where T : class
{
    private readonly Dictionary<Type, (Shape Shape, byte[]? Tag)> _derived = [];
    private readonly Shape<T> _itself;

    public PolymorphicShape(JsonTypeInfo<T> contract, Shape<T> itself, Shapes shapes)
        : base(contract)
    {
        _itself = itself;
        var options = contract.PolymorphismOptions!;
        foreach (var derived in options.DerivedTypes)
        {
            var shape = derived.DerivedType == typeof(T) ? itself : shapes.Plain(derived.DerivedType);
            _derived[derived.DerivedType] = (shape, Tag(options.TypeDiscriminatorPropertyName, derived.TypeDiscriminator));
        }
    }

    public override bool MaySayMoreThanJson(HashSet<Shape> seen) => true;

    public override void Write(MessagePackWriter writer, T value)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }
        var start = writer.Length;
        if (_derived.TryGetValue(value.GetType(), out var derived))
        {
            if (derived.Tag is null)
            {
                derived.Shape.WriteObject(writer, value);
                return;
            }
            if (derived.Shape.TryWriteTagged(writer, value, derived.Tag))
            {
                return;
            }
        }
        else if (value.GetType() == typeof(T))
        {
            _itself.Write(writer, value);
            return;
        }
        // A type that was not named: the serializer knows what to do.
        writer.Rewind(start);
        WriteAsJson(writer, value);
    }

    public override T? Read(MessagePackReader reader) => ReadAsJson(reader);

    private static byte[]? Tag(string name, object? value)
    {
        if (value is null)
        {
            return null;
        }
        var writer = MessagePackWriter.Take();
        writer.Write(name);
        if (value is int number)
        {
            writer.Write(number);
        }
        else
        {
            writer.Write((string)value);
        }
        var tag = writer.Written.ToArray();
        writer.Return();
        return tag;
    }
}

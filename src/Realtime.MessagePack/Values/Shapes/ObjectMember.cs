using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>One member of an object's contract, with the shape of its values.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class ObjectMember
{
    private readonly Lazy<Shape> _shape;

    /// <summary>Makes a member.</summary>
    /// <param name="property">The serializer's contract of it.</param>
    /// <param name="owner">The contract that it is of.</param>
    /// <param name="shapes">The shapes of all types.</param>
    /// <param name="isPlain">Whether the contract is as reflection made it: then the property itself is as good as the contract's accessors, and needs no box.</param>
    public ObjectMember(JsonPropertyInfo property, JsonTypeInfo owner, Shapes shapes, bool isPlain)
    {
        Property = property;
        var options = owner.Options;
        Member = isPlain && property.AttributeProvider is MemberInfo { DeclaringType: { } type } member && type.IsAssignableFrom(owner.Type) ? member : null;
        Encoded = Encode(property.Name);
        // Read-only members may be left out by the options.
        IsWritten = property.Get is not null && !(property.Set is null && IsLeftOut(property.AttributeProvider, options));
        IsRead = property.Set is not null || property.AssociatedParameter is not null;
        var ignores = property.ShouldSerialize is null ? options.DefaultIgnoreCondition : JsonIgnoreCondition.Never;
        var mayBeNull = !property.PropertyType.IsValueType || Nullable.GetUnderlyingType(property.PropertyType) is not null;
        IsLeftOutByDefault = ignores == JsonIgnoreCondition.WhenWritingDefault || (ignores == JsonIgnoreCondition.WhenWritingNull && mayBeNull);
        RefusesNull = mayBeNull && (property.AssociatedParameter is { } parameter ? !parameter.IsNullable : !property.IsSetNullable);
        IsRequired = property.IsRequired || property.AssociatedParameter is { HasDefaultValue: false };
        // Not now: a type may hold itself.
        _shape = new(() => ShapeOf(property, owner, shapes));
    }

    public JsonPropertyInfo Property { get; }

    /// <summary>The property or field, where it may be used as it is; else null.</summary>
    public MemberInfo? Member { get; }

    public string Name => Property.Name;

    /// <summary>The name as MessagePack.</summary>
    public byte[] Encoded { get; }

    public Shape Shape => _shape.Value;

    public bool IsWritten { get; }

    public bool IsRead { get; }

    /// <summary>Whether the type's default is not written.</summary>
    public bool IsLeftOutByDefault { get; }

    /// <summary>Whether nil is something that only the serializer can judge.</summary>
    public bool RefusesNull { get; }

    /// <summary>Whether its absence is something that only the serializer can judge.</summary>
    public bool IsRequired { get; }

    private static bool IsLeftOut(ICustomAttributeProvider? member, JsonSerializerOptions options) =>
        member is PropertyInfo ? options.IgnoreReadOnlyProperties : member is FieldInfo && options.IgnoreReadOnlyFields;

    private static Shape ShapeOf(JsonPropertyInfo property, JsonTypeInfo owner, Shapes shapes)
    {
        var numbers = property.NumberHandling ?? owner.NumberHandling;
        if (property.CustomConverter is null && numbers is null)
        {
            return shapes.For(property.PropertyType);
        }
        var options = new JsonSerializerOptions(owner.Options);
        if (property.CustomConverter is { } converter)
        {
            options.Converters.Insert(0, converter);
        }
        options.NumberHandling = numbers ?? options.NumberHandling;
        options.MakeReadOnly();
        return Shapes.Of(options).For(property.PropertyType);
    }

    private static byte[] Encode(string name)
    {
        var writer = MessagePackWriter.Take();
        writer.Write(name);
        var encoded = writer.Written.ToArray();
        writer.Return();
        return encoded;
    }
}

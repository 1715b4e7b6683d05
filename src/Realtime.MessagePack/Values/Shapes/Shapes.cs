using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>The shapes of all types that are written or read with one set of JSON options, made when first asked for.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class Shapes
{
    private static readonly ConditionalWeakTable<JsonSerializerOptions, Shapes> ByOptions = [];

    private readonly JsonSerializerOptions _options;
    private readonly ConcurrentDictionary<Type, Shape> _byType = [];
    private readonly ConcurrentDictionary<Type, Shape> _plain = [];
    private readonly ConcurrentDictionary<Type, bool> _saysMore = [];

    private Shapes(JsonSerializerOptions options) => _options = options;

    /// <summary>The shapes for these options.</summary>
    public static Shapes Of(JsonSerializerOptions options) => ByOptions.GetValue(options, static options => new Shapes(options));

    /// <summary>How values of this type are written and read.</summary>
    /// <exception cref="NotSupportedException">JSON cannot say the type.</exception>
    public Shape<T> For<T>() => (Shape<T>)For(typeof(T));

    /// <summary>How values of this type are written and read.</summary>
    /// <exception cref="NotSupportedException">JSON cannot say the type.</exception>
    public Shape For(Type type) => _byType.TryGetValue(type, out var shape) ? shape : _byType.GetOrAdd(type, Make(type));

    /// <summary>As <see cref="For(Type)"/>, without the derived types that the contract names.</summary>
    public Shape Plain(Type type) => _plain.TryGetValue(type, out var shape) ? shape : _plain.GetOrAdd(type, MakePlain(_options.GetTypeInfo(type)));

    /// <summary>Whether values of this type may hold what JSON has no words for.</summary>
    public bool MaySayMoreThanJson(Type type) =>
        _saysMore.TryGetValue(type, out var saysMore) ? saysMore : _saysMore.GetOrAdd(type, For(type).MaySayMoreThanJson([]));

    private Shape Make(Type type)
    {
        var contract = _options.GetTypeInfo(type);
        var plain = Plain(type);
        return contract.PolymorphismOptions is null || type.IsValueType || _options.ReferenceHandler is not null
            ? plain
            : Of(typeof(PolymorphicShape<>), [type], contract, plain, this);
    }

    private Shape MakePlain(JsonTypeInfo contract)
    {
        var type = contract.Type;
        // A converter of somebody's own, or references between objects: only JSON knows how these are said.
        if (contract.Converter.GetType().Assembly != typeof(JsonSerializer).Assembly || _options.ReferenceHandler is not null)
        {
            return Of(typeof(JsonShape<>), [type], contract);
        }
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Of(typeof(NullableShape<>), [inner], contract, For(inner));
        }
        return contract.Kind switch
        {
            JsonTypeInfoKind.Object => Of(typeof(ObjectShape<>), [type], contract, this),
            JsonTypeInfoKind.Enumerable => List(contract, type),
            JsonTypeInfoKind.Dictionary => Dictionary(contract, type),
            _ => Scalar(contract, type),
        };
    }

    private Shape List(JsonTypeInfo contract, Type type)
    {
        // Neither arrays of several dimensions nor async sequences.
        if (contract.ElementType is not { } element || !type.IsAssignableTo(typeof(IEnumerable)) || (type.IsArray && !type.IsSZArray))
        {
            return Of(typeof(JsonShape<>), [type], contract);
        }
        return Of(typeof(ListShape<,>), [type, element], contract, For(element));
    }

    private Shape Dictionary(JsonTypeInfo contract, Type type) =>
        contract is { KeyType: { } key, ElementType: { } element } && key == typeof(string)
            && type.IsAssignableTo(typeof(IEnumerable<>).MakeGenericType(typeof(KeyValuePair<,>).MakeGenericType(key, element)))
                ? Of(typeof(DictionaryShape<,>), [type, element], contract, For(element))
                : Of(typeof(JsonShape<>), [type], contract);

    private Shape Scalar(JsonTypeInfo contract, Type type)
    {
        if (type.IsEnum)
        {
            return Of(typeof(EnumShape<>), [type], contract);
        }
        switch (contract)
        {
            case JsonTypeInfo<object> any:
                return new AnyShape(any, this);
            case JsonTypeInfo<string> text:
                return new StringShape(text);
            case JsonTypeInfo<bool> flag:
                return new BooleanShape(flag);
            case JsonTypeInfo<Guid> id:
                return new GuidShape(id);
            case JsonTypeInfo<DateTime> time:
                return new DateTimeShape(time);
            case JsonTypeInfo<DateTimeOffset> time:
                return new DateTimeOffsetShape(time);
            case JsonTypeInfo<byte[]> bytes:
                return new BytesShape(bytes);
            case JsonTypeInfo<Memory<byte>> bytes:
                return new MemoryShape(bytes);
            case JsonTypeInfo<ReadOnlyMemory<byte>> bytes:
                return new ReadOnlyMemoryShape(bytes);
        }
        if (((contract.NumberHandling ?? _options.NumberHandling) & JsonNumberHandling.WriteAsString) == JsonNumberHandling.WriteAsString)
        {
            return Of(typeof(JsonShape<>), [type], contract);
        }
        return contract switch
        {
            JsonTypeInfo<int> or JsonTypeInfo<long> or JsonTypeInfo<short> or JsonTypeInfo<sbyte>
                or JsonTypeInfo<uint> or JsonTypeInfo<ulong> or JsonTypeInfo<ushort> or JsonTypeInfo<byte> => Of(typeof(IntegerShape<>), [type], contract),
            JsonTypeInfo<double> number => new DoubleShape(number),
            JsonTypeInfo<float> number => new SingleShape(number),
            JsonTypeInfo<decimal> number => new DecimalShape(number),
            _ => Of(typeof(JsonShape<>), [type], contract),
        };
    }

    private static Shape Of(Type shape, Type[] types, params object[] arguments) =>
        (Shape)Activator.CreateInstance(shape.MakeGenericType(types), BindingFlags.Public | BindingFlags.Instance | BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
}

using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>Objects, member by member as their contract names them; what writes and reads the members is compiled at the first use.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class ObjectShape<T> : Shape<T>
{
    private readonly ObjectMember[] _members;
    private readonly byte[][] _names;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byAnyCase;
    private readonly bool _ignoresCase;
    private readonly bool _isWrittenAsJson;
    private readonly bool _isReadAsJson;
    private readonly Lazy<Func<MessagePackWriter, T, int>> _write;
    private readonly Lazy<Func<MessagePackReader, ObjectShape<T>, T?>> _read;

    public ObjectShape(JsonTypeInfo<T> contract, Shapes shapes)
        : base(contract)
    {
        var options = contract.Options;
        var isPlain = options.TypeInfoResolver is DefaultJsonTypeInfoResolver { Modifiers.Count: 0 } resolver && resolver.GetType() == typeof(DefaultJsonTypeInfoResolver);
        _members = [.. contract.Properties.Where(static property => !property.IsExtensionData).Select(property => new ObjectMember(property, contract, shapes, isPlain))];
        _names = Array.ConvertAll(_members, static member => Encoding.UTF8.GetBytes(member.Name));
        _ignoresCase = options.PropertyNameCaseInsensitive;
        var byAnyCase = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < _members.Length; index++)
        {
            byAnyCase.TryAdd(_members[index].Name, index);
        }
        _byAnyCase = byAnyCase.GetAlternateLookup<ReadOnlySpan<char>>();
        _isWrittenAsJson = contract.Properties.Any(static property => property.IsExtensionData);
        // What only the serializer does: filling what is there already, refusing what comes twice, collecting what is unknown.
        _isReadAsJson = _isWrittenAsJson
            || !options.AllowDuplicateProperties
            || options.PreferredObjectCreationHandling == JsonObjectCreationHandling.Populate
            || contract.PreferredPropertyObjectCreationHandling == JsonObjectCreationHandling.Populate
            || contract.Properties.Any(static property => property.ObjectCreationHandling == JsonObjectCreationHandling.Populate)
            || !ObjectReading.CanConstruct(contract);
        SkipsUnknown = (contract.UnmappedMemberHandling ?? options.UnmappedMemberHandling) == JsonUnmappedMemberHandling.Skip;
        _write = new(() => ObjectWriting.Compile<T>(_members));
        _read = new(() => ObjectReading.Compile(Contract, _members, isPlain));
    }

    /// <summary>Whether members that the contract does not name are read over.</summary>
    public bool SkipsUnknown { get; }

    public override bool MaySayMoreThanJson(HashSet<Shape> seen) =>
        !_isWrittenAsJson && seen.Add(this) && Array.Exists(_members, member => member.IsWritten && member.Shape.MaySayMoreThanJson(seen));

    public override void Write(MessagePackWriter writer, T value)
    {
        if (value is null)
        {
            writer.WriteNil();
        }
        else if (_isWrittenAsJson)
        {
            WriteAsJson(writer, value);
        }
        else
        {
            WriteMembers(writer, value, tag: null);
        }
    }

    public override bool TryWriteTagged(MessagePackWriter writer, object value, byte[] tag)
    {
        if (!_isWrittenAsJson)
        {
            WriteMembers(writer, (T)value, tag);
        }
        return !_isWrittenAsJson;
    }

    public override T? Read(MessagePackReader reader)
    {
        if (reader.IsNextNil && !typeof(T).IsValueType)
        {
            reader.TryReadNil();
            return default;
        }
        if (_isReadAsJson || reader.Next != MessagePackType.Map)
        {
            return ReadAsJson(reader);
        }
        Enter(reader);
        var value = _read.Value(reader, this);
        reader.Depth--;
        return value;
    }

    /// <summary>Reads a member's name.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="likely">The member that is most likely the one.</param>
    /// <returns>Its index, -1 for one that is to be read over, -2 for what only the serializer can judge.</returns>
    public int ReadName(MessagePackReader reader, int likely)
    {
        if (!reader.TryReadUtf8(out var name))
        {
            return -2;
        }
        if (likely < _names.Length && name.SequenceEqual(_names[likely]))
        {
            return likely;
        }
        for (var index = 0; index < _names.Length; index++)
        {
            if (name.SequenceEqual(_names[index]))
            {
                return index;
            }
        }
        return _ignoresCase && FindInAnyCase(name) is >= 0 and var found ? found : SkipsUnknown ? -1 : -2;
    }

    /// <summary>Reads the object again by way of JSON, from its beginning on.</summary>
    public T? ReadAgain(MessagePackReader reader, int start)
    {
        reader.MoveTo(start);
        return ReadAsJson(reader);
    }

    private int FindInAnyCase(ReadOnlySpan<byte> name)
    {
        const int Longest = 256;
        if (name.Length > Longest)
        {
            return -1;
        }
        Span<char> text = stackalloc char[Longest];
        return _byAnyCase.TryGetValue(text[..Encoding.UTF8.GetChars(name, text)], out var index) ? index : -1;
    }

    private void WriteMembers(MessagePackWriter writer, T value, byte[]? tag)
    {
        Enter(writer);
        Contract.OnSerializing?.Invoke(value!);
        var start = writer.Begin();
        var count = 0;
        if (tag is not null)
        {
            writer.WriteEncoded(tag);
            count = 1;
        }
        count += _write.Value(writer, value);
        writer.End(start, count, isMap: true);
        Contract.OnSerialized?.Invoke(value!);
        writer.Depth--;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>Dictionaries whose keys are text.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class DictionaryShape<TDictionary, TValue>(JsonTypeInfo<TDictionary> contract, Shape<TValue> element) : Shape<TDictionary>(contract)
    where TDictionary : IEnumerable<KeyValuePair<string, TValue>>
{
    private static readonly bool TakesDictionary = typeof(TDictionary).IsAssignableFrom(typeof(Dictionary<string, TValue>));

    private readonly JsonNamingPolicy? _policy = contract.Options.DictionaryKeyPolicy;

    public override bool MaySayMoreThanJson(HashSet<Shape> seen) => element.MaySayMoreThanJson(seen);

    public override void Write(MessagePackWriter writer, TDictionary value)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }
        Enter(writer);
        var start = writer.Begin();
        var count = 0;
        if (value is Dictionary<string, TValue> dictionary)
        {
            // Without the enumerator's box.
            foreach (var (name, one) in dictionary)
            {
                WritePair(writer, name, one);
                count++;
            }
        }
        else
        {
            foreach (var (name, one) in value)
            {
                WritePair(writer, name, one);
                count++;
            }
        }
        writer.End(start, count, isMap: true);
        writer.Depth--;
    }

    public override TDictionary? Read(MessagePackReader reader)
    {
        if (!TakesDictionary || reader.Next != MessagePackType.Map)
        {
            return ReadAsJson(reader);
        }
        var start = reader.Position;
        Enter(reader);
        var count = reader.ReadMapHeader();
        var result = new Dictionary<string, TValue>(count);
        for (; count > 0; count--)
        {
            if (!reader.TryReadUtf8(out var name))
            {
                reader.MoveTo(start);
                return ReadAsJson(reader);
            }
            var key = Encoding.UTF8.GetString(name);
            result[key] = element.Read(reader)!;
        }
        reader.Depth--;
        return (TDictionary)(object)result;
    }

    private void WritePair(MessagePackWriter writer, string name, TValue value)
    {
        writer.Write(_policy is null ? name : _policy.ConvertName(name));
        element.Write(writer, value);
    }
}

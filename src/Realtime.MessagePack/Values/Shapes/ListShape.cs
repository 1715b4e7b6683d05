using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>Arrays, lists and whatever else can be walked through.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class ListShape<TList, TElement>(JsonTypeInfo<TList> contract, Shape<TElement> element) : Shape<TList>(contract)
{
    // What a list of the framework's own fits: read without a way through JSON.
    private static readonly bool TakesList = typeof(TList).IsAssignableFrom(typeof(List<TElement>)) && typeof(TList) != typeof(object);

    public override bool MaySayMoreThanJson(HashSet<Shape> seen) => element.MaySayMoreThanJson(seen);

    public override void Write(MessagePackWriter writer, TList value)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }
        Enter(writer);
        switch (value)
        {
            case TElement[] array:
                WriteAll(writer, array);
                break;
            case List<TElement> list:
                WriteAll(writer, CollectionsMarshal.AsSpan(list));
                break;
            default:
                WriteEach(writer, (IEnumerable)value);
                break;
        }
        writer.Depth--;
    }

    public override TList? Read(MessagePackReader reader)
    {
        if (!(TakesList || typeof(TList).IsArray) || reader.Next != MessagePackType.Array)
        {
            return reader.IsNextNil && !typeof(TList).IsValueType && reader.TryReadNil() ? default : ReadAsJson(reader);
        }
        Enter(reader);
        var count = reader.ReadArrayHeader();
        TList result;
        if (typeof(TList).IsArray)
        {
            var array = new TElement[count];
            for (var index = 0; index < count; index++)
            {
                array[index] = element.Read(reader)!;
            }
            result = (TList)(object)array;
        }
        else
        {
            var list = new List<TElement>(count);
            for (; count > 0; count--)
            {
                list.Add(element.Read(reader)!);
            }
            result = (TList)(object)list;
        }
        reader.Depth--;
        return result;
    }

    private void WriteAll(MessagePackWriter writer, ReadOnlySpan<TElement> values)
    {
        writer.WriteArrayHeader(values.Length);
        foreach (var value in values)
        {
            element.Write(writer, value);
        }
    }

    private void WriteEach(MessagePackWriter writer, IEnumerable values)
    {
        var start = writer.Begin();
        var count = 0;
        if (values is IEnumerable<TElement> typed)
        {
            foreach (var value in typed)
            {
                element.Write(writer, value);
                count++;
            }
        }
        else
        {
            foreach (var value in values)
            {
                element.Write(writer, (TElement)value!);
                count++;
            }
        }
        writer.End(start, count, isMap: false);
    }
}

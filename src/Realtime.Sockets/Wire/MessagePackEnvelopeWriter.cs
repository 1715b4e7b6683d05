using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>Writes the protocol's messages as MessagePack.</summary>
internal sealed class MessagePackEnvelopeWriter : EnvelopeWriter
{
    private const int MaxDepth = 8;

    [ThreadStatic]
    private static MessagePackEnvelopeWriter? _kept;

    private readonly MessagePackWriter _writer = MessagePackWriter.Take();
    private readonly (int Start, int Count)[] _maps = new (int, int)[MaxDepth];
    private int _depth = -1;

    public ReadOnlyMemory<byte> Written => _writer.Written;

    /// <summary>Takes this thread's writer, to be given back with <see cref="Return"/>.</summary>
    public static MessagePackEnvelopeWriter Take()
    {
        var writer = _kept ?? new MessagePackEnvelopeWriter();
        _kept = null;
        return writer;
    }

    public void Return()
    {
        _depth = -1;
        _writer.Clear();
        if (_writer.IsWorthKeeping)
        {
            _kept = this;
        }
    }

    public override void StartMap() => _maps[++_depth] = (_writer.Begin(), 0);

    public override void EndMap()
    {
        var (start, count) = _maps[_depth--];
        _writer.End(start, count, isMap: true);
    }

    public override void StartList(int count) => _writer.WriteArrayHeader(count);

    public override void EndList()
    {
    }

    public override void Name(ReadOnlySpan<byte> name)
    {
        _maps[_depth].Count++;
        _writer.WriteUtf8(name);
    }

    public override void Text(string value) => _writer.Write(value);

    public override void Ascii(ReadOnlySpan<byte> value) => _writer.WriteUtf8(value);

    public override void Integer(long value) => _writer.Write(value);

    public override void Flag(bool value) => _writer.Write(value);

    public override void Data(in EventData data)
    {
        if (data.MessagePack.IsEmpty)
        {
            MessagePackJson.FromJson(data.Json.Span, _writer, maxDepth: 1000);
        }
        else
        {
            _writer.WriteRaw(data.MessagePack.Span);
        }
    }

    public override void Value(object value, JsonSerializerOptions options) => Shapes.Of(options).For(value.GetType()).WriteObject(_writer, value);
}

using System.Text;

namespace Realtime.Sockets;

/// <summary>Reads one client message from MessagePack, and goes on behind a fault where it can, to find the <c>ref</c> to answer.</summary>
internal ref struct MessagePackMessageReader : IMemberReader
{
    private readonly MessagePackReader _reader;
    private MessageDraft _draft;
    private ReadOnlySpan<byte> _name;

    private MessagePackMessageReader(MessagePackReader reader) => _reader = reader;

    /// <summary>Reads a message.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out ClientMessage message, out Fault fault)
    {
        var reader = MessagePackReader.Take(bytes);
        try
        {
            return new MessagePackMessageReader(reader).TryRead(out message, out fault);
        }
        finally
        {
            reader.Return();
        }
    }

    private bool TryRead(out ClientMessage message, out Fault fault)
    {
        // Looked through as a whole first: what follows meets no malformed value, and nobody pays for an exception.
        if (_reader.TrySkip(MessageDraft.MaxDepth, out var isTooDeep) is { } problem)
        {
            return Refuse($"This is not MessagePack: {problem}", out message, out fault);
        }
        if (!_reader.IsAtEnd)
        {
            return Refuse("There is more behind the message: a message is one MessagePack map.", out message, out fault);
        }
        _reader.MoveTo(0);
        if (_reader.Next != MessagePackType.Map)
        {
            return Refuse("A message is one MessagePack map.", out message, out fault);
        }
        if (isTooDeep)
        {
            _draft.FailDepth();
        }
        for (var left = _reader.ReadMapHeader(); left > 0; left--)
        {
            if (_reader.TryReadUtf8(out _name))
            {
                MessageDraft.ReadMember(ref this, ref _draft);
            }
            else
            {
                _draft.Fail("A name of the message's members is not a string.");
                _reader.SkipValue();
            }
        }
        return _draft.TryFinish(out message, out fault);
    }

    private static bool Refuse(string problem, out ClientMessage message, out Fault fault)
    {
        (message, fault) = (default, Fault.BadMessage(problem));
        return false;
    }

    public readonly bool IsNamed(ReadOnlySpan<byte> name) => _name.SequenceEqual(name);

    public readonly ReadOnlyMemory<byte> ReadValue() => _reader.Skip();

    public string? ReadText(string name)
    {
        if (_reader.TryReadUtf8(out var text))
        {
            return Encoding.UTF8.GetString(text);
        }
        if (!_reader.TryReadNil())
        {
            _draft.FailText(name);
            _reader.SkipValue();
        }
        return null;
    }

    public long? ReadInteger(string name, long least)
    {
        var start = _reader.Position;
        if (_reader.TryReadInt64(out var value) && value >= least && value <= MessageDraft.MaxInteger)
        {
            return value;
        }
        _reader.MoveTo(start);
        if (!_reader.TryReadNil())
        {
            _draft.FailInteger(name, least);
            _reader.SkipValue();
        }
        return null;
    }
}

using System.Text;

namespace Realtime.Sockets;

/// <summary>Reads one client message from MessagePack, and goes on behind a fault where it can, to find the <c>ref</c> to answer.</summary>
internal struct MessagePackMessageReader
{
    private readonly MessagePackReader _reader;
    private MessageDraft _draft;

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
            ReadMember();
        }
        return _draft.TryFinish(out message, out fault);
    }

    private static bool Refuse(string problem, out ClientMessage message, out Fault fault)
    {
        (message, fault) = (default, Fault.BadMessage(problem));
        return false;
    }

    private void ReadMember()
    {
        if (!_reader.TryReadUtf8(out var name))
        {
            _draft.Fail("A name of the message's members is not a string.");
            _reader.SkipValue();
        }
        else if (name.SequenceEqual("type"u8))
        {
            _draft.Type = ReadText("type");
        }
        else if (name.SequenceEqual("ref"u8))
        {
            _draft.Ref = ReadInteger("ref", 1) ?? 0;
        }
        else if (name.SequenceEqual("topic"u8))
        {
            _draft.Topic = ReadText("topic");
        }
        else if (name.SequenceEqual("event"u8))
        {
            _draft.Event = ReadText("event");
        }
        else if (name.SequenceEqual("data"u8))
        {
            _draft.Data = _reader.Skip();
        }
        else if (name.SequenceEqual("epoch"u8))
        {
            _draft.Epoch = ReadText("epoch");
        }
        else if (name.SequenceEqual("offset"u8))
        {
            _draft.Offset = ReadInteger("offset", 0);
        }
        else if (name.SequenceEqual("history"u8))
        {
            _draft.History = ReadInteger("history", 0);
        }
        else if (name.SequenceEqual("token"u8))
        {
            _draft.Token = ReadText("token");
        }
        else if (name.SequenceEqual("before"u8))
        {
            _draft.Before = ReadInteger("before", 1);
        }
        else if (name.SequenceEqual("limit"u8))
        {
            _draft.Limit = ReadInteger("limit", 1);
        }
        else
        {
            _reader.SkipValue();
        }
    }

    private string? ReadText(string name)
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

    private long? ReadInteger(string name, long least)
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

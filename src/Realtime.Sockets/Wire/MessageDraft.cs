namespace Realtime.Sockets;

/// <summary>A client's message while it is read, whatever its format: what was found so far, and the first fault.</summary>
internal struct MessageDraft
{
    /// <summary>How deep a message may be nested.</summary>
    public const int MaxDepth = 32;

    /// <summary>The largest integer that every client can hold.</summary>
    public const long MaxInteger = (1L << 53) - 1;

    private const int MaxNameLength = 256;

    private Fault? _fault;

    public string? Type { get; set; }

    public long Ref { get; set; }

    public string? Topic { get; set; }

    public string? Event { get; set; }

    public ReadOnlyMemory<byte> Data { get; set; }

    public string? Epoch { get; set; }

    public long? Offset { get; set; }

    public long? History { get; set; }

    public long? Before { get; set; }

    public long? Limit { get; set; }

    public string? Token { get; set; }

    /// <summary>Reads the value of the member whose name was read, whatever the format; one that is not known is passed over.</summary>
    public static void ReadMember<TReader>(ref TReader reader, scoped ref MessageDraft draft)
        where TReader : struct, IMemberReader, allows ref struct
    {
        if (reader.IsNamed("type"u8))
        {
            draft.Type = reader.ReadText("type");
        }
        else if (reader.IsNamed("ref"u8))
        {
            draft.Ref = reader.ReadInteger("ref", 1) ?? 0;
        }
        else if (reader.IsNamed("topic"u8))
        {
            draft.Topic = reader.ReadText("topic");
        }
        else if (reader.IsNamed("event"u8))
        {
            draft.Event = reader.ReadText("event");
        }
        else if (reader.IsNamed("data"u8))
        {
            draft.Data = reader.ReadValue();
        }
        else if (reader.IsNamed("epoch"u8))
        {
            draft.Epoch = reader.ReadText("epoch");
        }
        else if (reader.IsNamed("offset"u8))
        {
            draft.Offset = reader.ReadInteger("offset", 0);
        }
        else if (reader.IsNamed("history"u8))
        {
            draft.History = reader.ReadInteger("history", 0);
        }
        else if (reader.IsNamed("token"u8))
        {
            draft.Token = reader.ReadText("token");
        }
        else if (reader.IsNamed("before"u8))
        {
            draft.Before = reader.ReadInteger("before", 1);
        }
        else if (reader.IsNamed("limit"u8))
        {
            draft.Limit = reader.ReadInteger("limit", 1);
        }
        else
        {
            reader.ReadValue();
        }
    }

    // The first fault is the one to tell.
    public void Fail(string message) => _fault ??= Fault.BadMessage(message);

    public void FailDepth() => Fail($"This is nested more than {MaxDepth} deep.");

    public void FailText(string name) => Fail($"'{name}' is not a string.");

    public void FailInteger(string name, long least) => Fail($"'{name}' is not a whole number from {least} to 2^53-1.");

    /// <summary>Checks what was read as a whole.</summary>
    /// <returns>Whether it is a message; if not, <paramref name="message"/> holds what could be read of it.</returns>
    public bool TryFinish(out ClientMessage message, out Fault fault)
    {
        var type = Check();
        message = new ClientMessage(
            type, Ref, Topic ?? "", Event ?? "", Data, Epoch is not null && Offset is { } offset ? new StreamPosition(Epoch, offset) : null,
            (int)Math.Min((type == ClientMessageType.History ? Limit : History) ?? 0, int.MaxValue), Before, Token);
        fault = _fault.GetValueOrDefault();
        return _fault is null;
    }

    private ClientMessageType Check()
    {
        var type = Type switch
        {
            "join" => ClientMessageType.Join,
            "leave" => ClientMessageType.Leave,
            "event" => ClientMessageType.Event,
            "history" => ClientMessageType.History,
            "ping" => ClientMessageType.Ping,
            "authenticate" => ClientMessageType.Authenticate,
            _ => ClientMessageType.None,
        };
        if (_fault is not null)
        {
            return type;
        }
        if (type == ClientMessageType.None)
        {
            _fault = Type is null ? Fault.BadMessage("'type' is missing.") : Fault.UnknownType(Type);
            return type;
        }
        if (type == ClientMessageType.Authenticate && Token is null)
        {
            Fail("'token' is missing.");
        }
        else if (type is not (ClientMessageType.Ping or ClientMessageType.Authenticate))
        {
            CheckName("topic", Topic);
        }
        if (type == ClientMessageType.Event)
        {
            CheckName("event", Event);
        }
        else if (type != ClientMessageType.Ping && Ref == 0)
        {
            Fail("'ref' is missing.");
        }
        if (type == ClientMessageType.Join && (Epoch is null) != (Offset is null))
        {
            Fail("'epoch' and 'offset' go together: one of them is missing.");
        }
        return type;
    }

    private void CheckName(string name, string? value)
    {
        if (value is null)
        {
            Fail($"'{name}' is missing.");
        }
        else if (value.Length is 0 or > MaxNameLength)
        {
            Fail($"'{name}' is not of 1 to {MaxNameLength} characters.");
        }
    }
}

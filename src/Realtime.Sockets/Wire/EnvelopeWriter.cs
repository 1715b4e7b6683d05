using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>Writes the protocol's messages in one format: what they have in common, whatever the bytes.</summary>
internal abstract class EnvelopeWriter
{
    /// <summary>Begins a map of at most 15 members.</summary>
    public abstract void StartMap();

    public abstract void EndMap();

    public abstract void StartList(int count);

    public abstract void EndList();

    /// <summary>Writes a member's name, in ASCII without a character that JSON escapes.</summary>
    public abstract void Name(ReadOnlySpan<byte> name);

    public abstract void Text(string value);

    /// <summary>Writes text of ASCII without a character that JSON escapes.</summary>
    public abstract void Ascii(ReadOnlySpan<byte> value);

    public abstract void Integer(long value);

    public abstract void Flag(bool value);

    /// <summary>Writes data that was written before, in whichever of its forms says it.</summary>
    public abstract void Data(in EventData data);

    /// <summary>Writes a value of an app's, as the type that it is.</summary>
    public abstract void Value(object value, JsonSerializerOptions options);

    public void Type(ReadOnlySpan<byte> type) => Ascii("type"u8, type);

    public void Text(ReadOnlySpan<byte> name, string value)
    {
        Name(name);
        Text(value);
    }

    public void Ascii(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name(name);
        Ascii(value);
    }

    public void Integer(ReadOnlySpan<byte> name, long value)
    {
        Name(name);
        Integer(value);
    }

    public void Flag(ReadOnlySpan<byte> name, bool value)
    {
        Name(name);
        Flag(value);
    }
}

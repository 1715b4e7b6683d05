namespace Realtime.Sockets;

/// <summary>What a MessagePack value is, whatever the format that holds it (the specification's type system).</summary>
public enum MessagePackType
{
    /// <summary>There is nothing more to read.</summary>
    None,

    /// <summary>Nil: no value.</summary>
    Nil,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A whole number from -2^63 to 2^64-1.</summary>
    Integer,

    /// <summary>A floating-point number of 32 or 64 bits.</summary>
    Float,

    /// <summary>UTF-8 text.</summary>
    String,

    /// <summary>Bytes.</summary>
    Binary,

    /// <summary>A sequence of values.</summary>
    Array,

    /// <summary>Pairs of a key and a value.</summary>
    Map,

    /// <summary>An instant: the extension of type -1.</summary>
    Timestamp,

    /// <summary>Bytes with a type from -128 to 127 that says what they mean.</summary>
    Extension,
}

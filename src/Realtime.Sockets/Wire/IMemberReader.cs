namespace Realtime.Sockets;

/// <summary>Reads the members of one client message in one format: behind each name, its value by one of the reading methods.</summary>
internal interface IMemberReader
{
    /// <summary>Whether this is the present member's name.</summary>
    bool IsNamed(ReadOnlySpan<byte> name);

    /// <summary>The value as it stands in the message.</summary>
    ReadOnlyMemory<byte> ReadValue();

    /// <summary>The value as text, or null where it is absent or faulty, which the draft is told.</summary>
    string? ReadText(string name);

    /// <summary>The value as a whole number from <paramref name="least"/> on, or null as for text.</summary>
    long? ReadInteger(string name, long least);
}

namespace Realtime.Sockets;

/// <summary>A frame that waits in an outbox: shared by many, or a rented copy that goes back to the pool once written.</summary>
internal readonly record struct QueuedFrame(byte[] Bytes, int Length, bool IsRented)
{
    public ReadOnlyMemory<byte> Memory => Bytes.AsMemory(0, Length);

    /// <summary>Close, ping or pong: opcodes 8 and above (RFC 6455, section 5.5).</summary>
    public bool IsControl => FrameHeader.IsControl(Bytes);
}

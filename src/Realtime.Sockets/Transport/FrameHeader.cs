namespace Realtime.Sockets;

/// <summary>Reads what the outbox must know of a frame's first byte (RFC 6455, section 5.2).</summary>
internal static class FrameHeader
{
    public static bool IsControl(ReadOnlySpan<byte> frame) => !frame.IsEmpty && (frame[0] & 0x08) != 0;

    public static bool IsClose(ReadOnlySpan<byte> frame) => !frame.IsEmpty && (frame[0] & 0x0F) == 0x08;
}

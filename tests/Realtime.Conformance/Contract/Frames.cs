using System.Buffers.Binary;

namespace Realtime.Conformance.Contract;

/// <summary>WebSocket frames by hand (RFC 6455, section 5.2), for what a well-behaved client cannot send.</summary>
public static class Frames
{
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;

    /// <summary>A whole, masked frame, as a client sends it.</summary>
    public static byte[] Client(int opcode, ReadOnlySpan<byte> payload)
    {
        byte[] length = payload.Length < 126
            ? [(byte)(0x80 | payload.Length)]
            : [0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length];
        // A mask of zeros leaves the payload as it is.
        return [(byte)(0x80 | opcode), .. length, 0, 0, 0, 0, .. payload];
    }

    /// <summary>Reads a server's frames up to its close, and returns its code: 1005 for none, null where the connection ended instead.</summary>
    public static async Task<int?> ReadCloseAsync(Stream stream)
    {
        var header = new byte[2];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(header);
                var length = header[1] & 0x7F;
                if (length == 126)
                {
                    var extended = new byte[2];
                    await stream.ReadExactlyAsync(extended);
                    length = BinaryPrimitives.ReadUInt16BigEndian(extended);
                }
                var payload = new byte[length];
                await stream.ReadExactlyAsync(payload);
                if ((header[0] & 0x0F) == Close)
                {
                    return length < 2 ? 1005 : BinaryPrimitives.ReadUInt16BigEndian(payload);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            return null;
        }
    }
}

using System.Buffers.Binary;
using System.IO.Compression;

namespace Realtime.Producer;

/// <summary>
/// Reads and writes the usual PNG files (ISO/IEC 15948): eight bits a channel, not interlaced, no palette. The sample has no image library to lean on.
/// </summary>
internal static class Png
{
    private const int HeaderLength = 13;

    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static Image Read(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Signature))
        {
            throw new InvalidDataException("This is not a PNG file.");
        }
        var (width, height, channels) = (0, 0, 0);
        using var packed = new MemoryStream();
        for (var rest = file[Signature.Length..]; rest.Length >= 12;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            if (length < 0 || length > rest.Length - 12)
            {
                throw new InvalidDataException("The PNG file is cut off.");
            }
            var type = rest.Slice(4, 4);
            var data = rest.Slice(8, length);
            if (type.SequenceEqual("IHDR"u8) && length == HeaderLength)
            {
                (width, height, channels) = ReadHeader(data);
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                packed.Write(data);
            }
            rest = rest[(12 + length)..];
        }
        if (channels == 0)
        {
            throw new InvalidDataException("The PNG file has no header.");
        }
        packed.Position = 0;
        return new Image(width, height, channels, Unfilter(packed, width * channels, height, channels));
    }

    public static byte[] Write(Image image)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var stride = image.Width * image.Channels;
            for (var y = 0; y < image.Height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(image.Pixels, y * stride, stride);
            }
        }
        var header = new byte[HeaderLength];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        (header[8], header[9]) = (8, image.Channels switch { 1 => (byte)0, 2 => (byte)4, 3 => (byte)2, _ => (byte)6 });
        using var file = new MemoryStream();
        file.Write(Signature);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, packed.ToArray());
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static (int Width, int Height, int Channels) ReadHeader(ReadOnlySpan<byte> data)
    {
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]));
        if (data[8] != 8 || data[9] is not (0 or 2 or 4 or 6) || data[12] != 0 || width is < 1 or > 20_000 || height is < 1 or > 20_000)
        {
            throw new InvalidDataException("Only PNG files of eight bits a channel are read, without a palette, not interlaced, up to 20,000 pixels wide and high.");
        }
        return (width, height, data[9] switch { 0 => 1, 4 => 2, 2 => 3, _ => 4 });
    }

    private static byte[] Unfilter(Stream packed, int stride, int height, int channels)
    {
        var pixels = new byte[stride * height];
        var above = new byte[stride];
        using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
        try
        {
            for (var y = 0; y < height; y++)
            {
                var filter = zlib.ReadByte();
                var row = pixels.AsSpan(y * stride, stride);
                zlib.ReadExactly(row);
                for (var x = 0; x < stride; x++)
                {
                    var left = x >= channels ? row[x - channels] : 0;
                    var corner = x >= channels ? above[x - channels] : 0;
                    row[x] += filter switch
                    {
                        0 => 0,
                        1 => (byte)left,
                        2 => above[x],
                        3 => (byte)((left + above[x]) / 2),
                        4 => Paeth(left, above[x], corner),
                        _ => throw new InvalidDataException("The PNG file has an unknown filter."),
                    };
                }
                row.CopyTo(above);
            }
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("The PNG file is cut off.", exception);
        }
        return pixels;
    }

    private static byte Paeth(int left, int above, int corner)
    {
        var guess = left + above - corner;
        var (toLeft, toAbove, toCorner) = (Math.Abs(guess - left), Math.Abs(guess - above), Math.Abs(guess - corner));
        return (byte)(toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner);
    }

    private static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        file.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var one in data)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }
        return crc;
    }
}

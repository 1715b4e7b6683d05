using System.Text;

namespace Realtime.Sockets.Tests.MessagePack;

/// <summary>Values by chance, the same for the same seed.</summary>
internal static class RandomValues
{
    private static readonly long[] Edges =
    [
        0, 1, 127, 128, 255, 256, 65_535, 65_536, uint.MaxValue, uint.MaxValue + 1L, (1L << 53) - 1, -1, -32, -33, -128, -129, -32_768, -32_769, int.MinValue, int.MinValue - 1L, -(1L << 53) + 1,
    ];

    private static readonly int[] Lengths = [0, 1, 15, 16, 31, 32, 100, 255, 256, 300];

    /// <summary>Writes a value.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="random">The chance.</param>
    /// <param name="depth">How deep it may be nested.</param>
    /// <param name="isJson">Whether it is one that JSON can say.</param>
    public static void Write(MessagePackWriter writer, Random random, int depth, bool isJson = false)
    {
        switch (random.Next(depth > 0 ? 11 : 8))
        {
            case 0:
                writer.WriteNil();
                break;
            case 1:
                writer.Write(random.Next(2) == 0);
                break;
            case 2:
                writer.Write(Edges[random.Next(Edges.Length)]);
                break;
            case 3:
                writer.Write(random.NextInt64(-(1L << 53) + 1, 1L << 53));
                break;
            case 4:
                writer.Write((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20)));
                break;
            case 5 or 6:
                writer.Write(Text(random));
                break;
            case 7 when isJson:
                writer.Write(random.Next());
                break;
            case 7 when random.Next(2) == 0:
                var bytes = new byte[Lengths[random.Next(Lengths.Length)]];
                random.NextBytes(bytes);
                writer.WriteBinary(bytes);
                break;
            case 7:
                writer.WriteTimestamp(random.NextInt64(-62_135_596_800, 253_402_300_799), random.Next(3) == 0 ? 0 : random.Next(1000) * 1_000_000);
                break;
            case 8 or 9:
                var count = random.Next(random.Next(20) == 0 ? 40 : 5);
                writer.WriteArrayHeader(count);
                for (; count > 0; count--)
                {
                    Write(writer, random, depth - 1, isJson);
                }
                break;
            default:
                var pairs = random.Next(random.Next(20) == 0 ? 40 : 5);
                writer.WriteMapHeader(pairs);
                for (; pairs > 0; pairs--)
                {
                    writer.Write($"{pairs}{Text(random)}");
                    Write(writer, random, depth - 1, isJson);
                }
                break;
        }
    }

    /// <summary>Changes, cuts, doubles or adds some bytes.</summary>
    public static byte[] Damage(byte[] valid, Random random)
    {
        var bytes = valid.ToList();
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, random.Next(1, bytes.Count - at + 1));
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(0xc0, 0xe0));
                    break;
                default:
                    bytes.InsertRange(at, [.. bytes.Skip(random.Next(bytes.Count)).Take(random.Next(12))]);
                    break;
            }
        }
        return [.. bytes];
    }

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var length = Lengths[random.Next(random.Next(4) == 0 ? Lengths.Length : 3)]; length > 0; length--)
        {
            var rune = random.Next(8) switch { 0 => random.Next(0x80, 0xd800), 1 => random.Next(0x10000, 0x110000), 2 => random.Next(0, 0x20), _ => random.Next(0x20, 0x7f) };
            text.Append(new Rune(rune));
        }
        return text.ToString();
    }
}

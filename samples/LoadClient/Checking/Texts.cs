using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Realtime.LoadClient.Checking;

/// <summary>
/// Writes and checks the texts of a run: a mark, the run, who sent it, its number, a check of these, and made-up talk. All of it follows from
/// sender and number, so each byte of what comes back can be checked without remembering what was sent, and reading costs a few nanoseconds.
/// </summary>
/// <param name="run">Tells this run's texts from those of others in the same topics.</param>
/// <param name="seed">See <see cref="Talk"/>.</param>
/// <param name="size">How long a text is, in bytes; at least <see cref="Shortest"/>.</param>
internal sealed class Texts(int run, int seed, int size)
{
    public const int Shortest = 32;
    public const int MostNumber = 99_999_999;

    /// <summary>The mark, 4 letters of the run, 8 digits of the sender, 8 of the number, 4 letters of the check.</summary>
    private const int Length = 2 + 4 + 8 + 8 + 4;

    private readonly uint _run = Letters((uint)run);

    public int Size => size;

    /// <summary>People and talk.</summary>
    public Talk Talk { get; } = new(seed, size - Length);

    private static ReadOnlySpan<byte> Mark => "#:"u8;

    /// <summary>Where a text may begin; -1 where there is none.</summary>
    public static int Find(ReadOnlySpan<byte> message) => message.IndexOf(Mark);

    public void Write(Span<byte> text, int sender, int number)
    {
        Mark.CopyTo(text);
        BinaryPrimitives.WriteUInt32LittleEndian(text[2..], _run);
        WriteDigits(text.Slice(6, 8), sender);
        WriteDigits(text.Slice(14, 8), number);
        BinaryPrimitives.WriteUInt32LittleEndian(text[22..], Check(sender, number));
        Talk.Line(sender + number).CopyTo(text[Length..]);
    }

    /// <summary>Checks the text that begins where the mark is.</summary>
    public StampVerdict Read(ReadOnlySpan<byte> text, out int sender, out int number)
    {
        sender = number = 0;
        if (text.Length < size || BinaryPrimitives.ReadUInt32LittleEndian(text[2..]) != _run)
        {
            return StampVerdict.Foreign;
        }
        var sound = TryDigits(BinaryPrimitives.ReadUInt64LittleEndian(text[6..]), out sender)
            & TryDigits(BinaryPrimitives.ReadUInt64LittleEndian(text[14..]), out number);
        if (!sound || BinaryPrimitives.ReadUInt32LittleEndian(text[22..]) != Check(sender, number))
        {
            sender = number = -1;
            return StampVerdict.Damaged;
        }
        return text[Length..size].SequenceEqual(Talk.Line(sender + number)) ? StampVerdict.Sound : StampVerdict.Damaged;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Check(int sender, int number) => Letters((((uint)sender * 0x9E3779B1) ^ ((uint)number * 0x85EBCA6B)) >> 16);

    /// <summary>Sixteen bits as four letters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Letters(uint value) => 0x61616161 + (value & 0xF) + ((value & 0xF0) << 4) + ((value & 0xF00) << 8) + ((value & 0xF000) << 12);

    private static void WriteDigits(Span<byte> digits, int value)
    {
        for (var index = digits.Length - 1; index >= 0; index--)
        {
            digits[index] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }

    /// <summary>Reads eight digits at once, in the bytes of one number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryDigits(ulong digits, out int value)
    {
        var sound = ((digits & 0xF0F0F0F0F0F0F0F0) | (((digits + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4)) == 0x3333333333333333;
        digits -= 0x3030303030303030;
        digits = (digits * 10) + (digits >> 8);
        value = (int)((((digits & 0x000000FF000000FF) * 0x000F424000000064) + (((digits >> 16) & 0x000000FF000000FF) * 0x0000271000000001)) >> 32);
        return sound;
    }
}

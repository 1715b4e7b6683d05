using System.Text;

namespace Realtime.Sockets.Tests.MessagePack;

/// <summary>Every format of the specification, at each boundary, both ways.</summary>
public sealed class FormatTests
{
    public static TheoryData<long, string> Integers => new()
    {
        { 0, "00" }, { 1, "01" }, { 127, "7f" }, { 128, "cc80" }, { 255, "ccff" }, { 256, "cd0100" }, { 65_535, "cdffff" },
        { 65_536, "ce00010000" }, { 4_294_967_295, "ceffffffff" }, { 4_294_967_296, "cf0000000100000000" }, { long.MaxValue, "cf7fffffffffffffff" },
        { -1, "ff" }, { -32, "e0" }, { -33, "d0df" }, { -128, "d080" }, { -129, "d1ff7f" }, { -32_768, "d18000" }, { -32_769, "d2ffff7fff" },
        { int.MinValue, "d280000000" }, { int.MinValue - 1L, "d3ffffffff7fffffff" }, { long.MinValue, "d38000000000000000" },
    };

    [Theory]
    [MemberData(nameof(Integers))]
    public void An_integer_has_its_shortest_form(long value, string hex)
    {
        Assert.Equal(hex, Written(writer => writer.Write(value)));
        Assert.Equal(value, Reader(hex).ReadInt64());
        Assert.Equal((double)value, Reader(hex).ReadDouble());
    }

    [Theory]
    [InlineData("cc05", 5)]
    [InlineData("cd0005", 5)]
    [InlineData("ce00000005", 5)]
    [InlineData("cf0000000000000005", 5)]
    [InlineData("d005", 5)]
    [InlineData("d10005", 5)]
    [InlineData("d200000005", 5)]
    [InlineData("d30000000000000005", 5)]
    [InlineData("d1ffff", -1)]
    [InlineData("d3ffffffffffffffff", -1)]
    public void A_longer_form_of_an_integer_is_read_too(string hex, long value) => Assert.Equal(value, Reader(hex).ReadInt64());

    [Fact]
    public void Unsigned_integers_go_up_to_64_bits()
    {
        Assert.Equal("cfffffffffffffffff", Written(static writer => writer.Write(ulong.MaxValue)));
        Assert.Equal(ulong.MaxValue, Reader("cfffffffffffffffff").ReadUInt64());
        Assert.Throws<MessagePackException>(() => Reader("cfffffffffffffffff").ReadInt64());
        Assert.Throws<MessagePackException>(() => Reader("ff").ReadUInt64());
    }

    [Fact]
    public void Nil_booleans_and_floats()
    {
        Assert.Equal("c0c2c3", Written(static writer =>
        {
            writer.WriteNil();
            writer.Write(false);
            writer.Write(true);
        }));
        Assert.Equal("cb3ff8000000000000", Written(static writer => writer.Write(1.5)));
        Assert.Equal("ca3fc00000", Written(static writer => writer.Write(1.5f)));
        var reader = Reader("c0c2c3cb3ff8000000000000ca3fc00000ca7fc00000");
        Assert.True(reader.TryReadNil());
        Assert.False(reader.TryReadNil());
        Assert.False(reader.ReadBoolean());
        Assert.True(reader.ReadBoolean());
        Assert.Equal(1.5, reader.ReadDouble());
        Assert.Equal(1.5, reader.ReadDouble());
        Assert.Equal(double.NaN, reader.ReadDouble());
        Assert.Equal(MessagePackType.None, reader.Next);
    }

    [Theory]
    [InlineData(0, "a0")]
    [InlineData(31, "bf")]
    [InlineData(32, "d920")]
    [InlineData(255, "d9ff")]
    [InlineData(256, "da0100")]
    [InlineData(65_535, "daffff")]
    [InlineData(65_536, "db00010000")]
    public void Text_has_its_shortest_header(int length, string header)
    {
        var text = new string('a', length);
        var hex = header + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
        Assert.Equal(hex, Written(writer => writer.Write(text)));
        Assert.Equal(hex, Written(writer => writer.WriteUtf8(Encoding.UTF8.GetBytes(text))));
        Assert.Equal(text, Reader(hex).ReadString());
    }

    [Theory]
    [InlineData(10)]        // 30 bytes: short
    [InlineData(11)]        // 33 bytes: not, though it has few characters
    [InlineData(31)]
    [InlineData(90)]
    public void Text_is_counted_in_bytes(int length)
    {
        var text = new string('猫', length);
        Assert.Equal(text, Reader(Written(writer => writer.Write(text))).ReadString());
        Assert.Equal(Written(writer => writer.WriteUtf8(Encoding.UTF8.GetBytes(text))), Written(writer => writer.Write(text)));
    }

    [Fact]
    public void Half_of_a_surrogate_pair_becomes_the_replacement_character() =>
        Assert.Equal("a5efbfbd2161", Written(static writer => writer.Write("\ud83d!a")));

    [Theory]
    [InlineData(0, "c400")]
    [InlineData(255, "c4ff")]
    [InlineData(256, "c50100")]
    [InlineData(65_535, "c5ffff")]
    [InlineData(65_536, "c600010000")]
    public void Bytes_have_their_shortest_header(int length, string header)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)0xc1);
        var hex = header + Convert.ToHexStringLower(bytes);
        Assert.Equal(hex, Written(writer => writer.WriteBinary(bytes)));
        Assert.Equal(bytes, Reader(hex).ReadBinary().ToArray());
    }

    [Theory]
    [InlineData(0, "90", "80")]
    [InlineData(15, "9f", "8f")]
    [InlineData(16, "dc0010", "de0010")]
    [InlineData(65_535, "dcffff", "deffff")]
    [InlineData(65_536, "dd00010000", "df00010000")]
    public void Containers_have_their_shortest_header(int count, string array, string map)
    {
        Assert.Equal(array, Written(writer => writer.WriteArrayHeader(count)));
        Assert.Equal(map, Written(writer => writer.WriteMapHeader(count)));
        Assert.Equal(count, Reader(array + string.Concat(Enumerable.Repeat("c0", count))).ReadArrayHeader());
        Assert.Equal(count, Reader(map + string.Concat(Enumerable.Repeat("a0c0", count))).ReadMapHeader());
        Assert.Equal(map + string.Concat(Enumerable.Repeat("a0c0", count)), Written(writer =>
        {
            var start = writer.Begin();
            for (var index = 0; index < count; index++)
            {
                writer.Write("");
                writer.WriteNil();
            }
            writer.End(start, count, isMap: true);
        }));
    }

    [Theory]
    [InlineData(0, "c70005")]
    [InlineData(1, "d405")]
    [InlineData(2, "d505")]
    [InlineData(3, "c70305")]
    [InlineData(4, "d605")]
    [InlineData(8, "d705")]
    [InlineData(16, "d805")]
    [InlineData(17, "c71105")]
    [InlineData(255, "c7ff05")]
    [InlineData(256, "c8010005")]
    [InlineData(65_535, "c8ffff05")]
    [InlineData(65_536, "c90001000005")]
    public void Extensions_have_their_shortest_header(int length, string header)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)7);
        var hex = header + Convert.ToHexStringLower(bytes);
        Assert.Equal(hex, Written(writer => writer.WriteExtension(5, bytes)));
        Assert.Equal(bytes, Reader(hex).ReadExtension(out var type).ToArray());
        Assert.Equal(5, type);
    }

    [Theory]
    [InlineData(0, 0, "d6ff00000000")]
    [InlineData(4_294_967_295, 0, "d6ffffffffff")]
    [InlineData(4_294_967_296, 0, "d7ff0000000100000000")]
    [InlineData(0, 1, "d7ff0000000400000000")]
    [InlineData(17_179_869_183, 999_999_999, "d7ffee6b27ffffffffff")]
    [InlineData(17_179_869_184, 0, "c70cff000000000000000400000000")]
    [InlineData(-1, 999_999_999, "c70cff3b9ac9ffffffffffffffffff")]
    [InlineData(long.MinValue, 5, "c70cff000000058000000000000000")]
    [InlineData(long.MaxValue, 0, "c70cff000000007fffffffffffffff")]
    public void Instants_have_their_shortest_size(long seconds, int nanoseconds, string hex)
    {
        Assert.Equal(hex, Written(writer => writer.WriteTimestamp(seconds, nanoseconds)));
        Assert.Equal(MessagePackType.Timestamp, Reader(hex).Next);
        Assert.Equal((seconds, nanoseconds), Reader(hex).ReadTimestamp());
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00.0000000Z", "c70cff00000000fffffff1886e0900")]
    [InlineData("1969-12-31T23:59:59.9999999Z", "c70cff3b9ac99cffffffffffffffff")]
    [InlineData("2024-05-01T10:20:30.0000000Z", "d6ff6632176e")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "c70cff3b9ac99c0000003afff4417f")]
    public void Times_become_instants(string time, string hex) => Assert.Equal(hex, Written(writer =>
        writer.WriteTimestamp(DateTime.Parse(time, null, System.Globalization.DateTimeStyles.AdjustToUniversal))));

    [Fact]
    public void A_value_of_another_type_than_asked_for_is_refused_and_not_read()
    {
        var reader = Reader("a161");
        Assert.Throws<MessagePackException>(() => reader.ReadInt64());
        Assert.Throws<MessagePackException>(() => reader.ReadBoolean());
        Assert.Throws<MessagePackException>(() => reader.ReadMapHeader());
        Assert.Throws<MessagePackException>(() => reader.ReadArrayHeader());
        Assert.Throws<MessagePackException>(() => reader.ReadTimestamp());
        Assert.Throws<MessagePackException>(() => reader.ReadBinary().Length);
        Assert.Throws<MessagePackException>(() => reader.ReadExtension(out _).Length);
        Assert.Equal("a", reader.ReadString());
    }

    [Theory]
    [InlineData("")]                        // nothing
    [InlineData("c1")]                      // never used
    [InlineData("cc")]
    [InlineData("cd00")]
    [InlineData("cf00000000000000")]
    [InlineData("ca000000")]
    [InlineData("cb00000000000000")]
    [InlineData("a161a2", "a2")]
    [InlineData("a2c328")]                  // not UTF-8
    [InlineData("a3eda080")]                // a surrogate in UTF-8
    [InlineData("d9")]
    [InlineData("d90261")]
    [InlineData("daffff61")]
    [InlineData("dbffffffff61")]            // four gigabytes of text
    [InlineData("c40261")]
    [InlineData("c6ffffffff")]
    [InlineData("91")]
    [InlineData("ddffffffff")]              // four billion values
    [InlineData("dd7fffffffc0")]
    [InlineData("81a161")]
    [InlineData("dfffffffff")]
    [InlineData("df80000000a161")]
    [InlineData("d4")]
    [InlineData("d405")]
    [InlineData("c7")]
    [InlineData("c70105")]
    [InlineData("c9ffffffff0500")]
    [InlineData("d4ff00")]                  // a timestamp of one byte
    [InlineData("c703ff000000")]
    [InlineData("d7ffee6b280000000000")]    // a billion nanoseconds
    [InlineData("c70cff3b9aca000000000000000000")]
    public void What_is_malformed_is_refused(string hex, string? last = null)
    {
        var reader = Reader(hex);
        if (last is not null)
        {
            reader.Skip();
        }
        Assert.Throws<MessagePackException>(() => reader.Skip());
        Assert.NotNull(Reader(last ?? hex).TrySkip(4, out _));
    }

    [Fact]
    public void Skipping_does_not_recurse_and_tells_what_is_too_deep()
    {
        var deep = new byte[1_000_000];
        Array.Fill(deep, (byte)0x91);
        deep[^1] = 0xc0;
        var reader = new MessagePackReader(deep);
        Assert.Null(reader.TrySkip(32, out var isTooDeep));
        Assert.True(isTooDeep && reader.IsAtEnd);
        Assert.Null(new MessagePackReader(deep.AsMemory(999_999 - 32)).TrySkip(32, out isTooDeep));
        Assert.False(isTooDeep);
        Assert.Null(new MessagePackReader(deep.AsMemory(999_999 - 33)).TrySkip(32, out isTooDeep));
        Assert.True(isTooDeep);
        Assert.Throws<MessagePackException>(() => new MessagePackReader(deep.AsMemory(0, 999_999)).Skip());
    }

    [Fact]
    public void A_skipped_value_is_given_with_all_that_is_in_it()
    {
        var reader = Reader("01" + "82a1619201c0a16281a163d6ff00000000" + "02");
        reader.ReadInt64();
        Assert.Equal("82a1619201c0a16281a163d6ff00000000", Convert.ToHexStringLower(reader.Skip().Span));
        Assert.Equal(2, reader.ReadInt64());
    }

    private static MessagePackReader Reader(string hex) => new(Convert.FromHexString(hex));

    private static string Written(Action<MessagePackWriter> write)
    {
        var writer = MessagePackWriter.Take();
        write(writer);
        var hex = Convert.ToHexStringLower(writer.Written.Span);
        writer.Return();
        return hex;
    }
}

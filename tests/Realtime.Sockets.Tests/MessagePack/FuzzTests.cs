using System.Text.Json;

namespace Realtime.Sockets.Tests.MessagePack;

/// <summary>Random bytes and damaged messages: the documented exceptions, and no others.</summary>
public sealed class FuzzTests
{
    private static readonly JsonSerializerOptions Options = new App().Json;

    private static readonly Type[] Types =
    [
        typeof(JsonElement), typeof(object), typeof(ValueTests.Node), typeof(ValueTests.Numbers), typeof(ValueTests.Times), typeof(ValueTests.Blobs),
        typeof(ValueTests.Lists), typeof(ValueTests.Maps), typeof(ValueTests.Defaults), typeof(ValueTests.Holder), typeof(Dictionary<string, byte[]>), typeof(string), typeof(int),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_bytes_are_read_or_refused(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(1, 48)];
            random.NextBytes(bytes);
            Try(bytes, random);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Damaged_messages_are_read_or_refused(int seed)
    {
        var random = new Random(seed);
        var valid = Values().ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            Try(RandomValues.Damage(valid[random.Next(valid.Length)], random), random);
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void Random_values_say_the_same_after_a_round_through_json(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var writer = MessagePackWriter.Take();
            RandomValues.Write(writer, random, depth: 4, isJson: true);
            var bytes = writer.Written.ToArray();
            writer.Return();

            var json = ValueTests.ToJson(bytes);
            Assert.Equal(json, ValueTests.ToJson(ValueTests.FromJson(json)));
        }
    }

    private static IEnumerable<byte[]> Values()
    {
        foreach (object value in (System.Collections.IEnumerable)ValueTests.Values)
        {
            yield return ValueTests.Serialize(value is object[] row ? row[0] : value, Options);
        }
        yield return ValueTests.FromJson("""{"type":"event","ref":7,"topic":"room:a","event":"say","data":{"text":"hello","list":[1,2,[3]]}}""");
        yield return ValueTests.FromJson("""{"type":"join","ref":1,"topic":"room:a","epoch":"x","offset":12,"history":5,"data":{"user":"Ada"}}""");
    }

    private static void Try(byte[] bytes, Random random)
    {
        var isWhole = new MessagePackReader(bytes).TrySkip(32, out var isTooDeep) is null;
        // A message of a client is never a reason for an exception.
        Assert.True(!MessagePackMessageReader.TryRead(bytes, out _, out var fault) || isWhole);
        Assert.True(isWhole || fault.Code == "bad_message");
        try
        {
            ValueTests.Deserialize(bytes, Types[random.Next(Types.Length)], Options);
            Assert.True(isWhole && !isTooDeep);
        }
        catch (JsonException exception)
        {
            Assert.StartsWith("$", exception.Path);
        }
        try
        {
            ValueTests.ToJson(bytes);
        }
        catch (Exception exception) when (exception is JsonException or MessagePackException)
        {
        }
    }
}

using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets.Tests.MessagePack;

/// <summary>The same types in both formats: what JSON takes, MessagePack takes; what JSON refuses, it refuses, in the same words.</summary>
public sealed class ValueTests
{
    private static readonly JsonSerializerOptions Options = new App().Json;

    public static TheoryData<object> Values => new(
    [
        new Point(1, -2), new Named { First = "Ada", Last = null }, new Mixed(), new Fields { X = 5, Y = "y" },
        new Numbers(), new Numbers
        {
            B = 255, Sb = -128, S = -32_768, Us = 65_535, I = int.MinValue, U = uint.MaxValue, L = long.MinValue, Ul = ulong.MaxValue,
            F = 0.1f, D = 0.1, M = 12.5m, Big = 79_228_162_514_264_337_593_543_950_335m, H = (Half)1.5, Wide = Int128.MaxValue, Maybe = 3,
        },
        new Numbers { F = float.MaxValue, D = double.Epsilon, M = 0.1234567890123456789012345678m, L = long.MaxValue },
        new Times
        {
            At = new DateTime(2024, 5, 1, 10, 20, 30, DateTimeKind.Utc).AddTicks(1_234_567), Then = new DateTimeOffset(1, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Span = TimeSpan.FromSeconds(-1.5), Day = new DateOnly(2024, 2, 29), Clock = new TimeOnly(23, 59, 59, 999), Maybe = DateTime.UnixEpoch,
        },
        new Others { Id = Guid.Parse("01234567-89ab-cdef-0123-456789abcdef"), Link = new Uri("https://example.org/a?b"), Version = new Version(1, 2), C = '猫', Day = DayOfWeek.Friday, Kind = Kind.Big },
        new Blobs { Bytes = [1, 2, 255], Memory = new byte[] { 3 }, Read = new byte[] { 4 } },
        new Lists { Array = [1, 2], List = ["a", null], Set = [3], Read = [4.5], Nested = [[1], []], Immutable = [7], Queue = new([8]), Any = [1, "a", null], Enumerable = [1, 2, 3] },
        new Maps { Plain = new() { ["a b"] = 1, ["ü"] = -1 }, Read = new Dictionary<string, Point> { ["p"] = new(1, 2) }, ByNumber = new() { [5] = "five" }, Sorted = new() { ["z"] = 1, ["a"] = 2 } },
        new Node("a", [new Node("b", []), new Node("c", [new Node("d", [])])]),
        new Renamed { Long = "x", Ignored = "not told" }, new Sparse { A = null, B = 0 }, new Sparse { A = "a", B = 1 },
        new WithConverter { Temperature = new(21.5), Loud = "hello" }, new Extended { Known = 1, Rest = new() { ["more"] = JsonSerializer.SerializeToElement(new[] { 1 }) } },
        new Defaults(1), new Required { Name = "n" }, new Holder(new Circle(2)), new Holder(new Square(3)), new Wide(), new Called { Name = "x" },
        new Numbered { I = 5, D = 1.5 }, new Structs { P = new(1, 2), Maybe = new(3, 4) }, (1, "a"), new KeyValuePair<string, int>("k", 2),
    ]);

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_says_the_same_in_both_formats(object value)
    {
        var json = JsonSerializer.Serialize(value, value.GetType(), Options);
        var bytes = Serialize(value, Options);

        Assert.Null(new MessagePackReader(bytes).TrySkip(32, out _));
        Assert.Equal(json, JsonSerializer.Serialize(Deserialize(bytes, value.GetType(), Options), value.GetType(), Options));
        // By way of JSON, as what history keeps, and as a handler's JsonElement, too.
        Assert.Equal(json, JsonSerializer.Serialize(Deserialize(FromJson(json), value.GetType(), Options), value.GetType(), Options));
        Assert.True(JsonNode.DeepEquals(Canonical(json, value.GetType()), Canonical(ToJson(bytes), value.GetType())), $"{json}\n{ToJson(bytes)}");
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void A_contract_that_was_changed_is_heard(object value)
    {
        // With a modifier the contract's own accessors are used, not the properties.
        var options = new JsonSerializerOptions(Options)
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { static contract => Shout(contract) } },
        };
        var json = JsonSerializer.Serialize(value, value.GetType(), options);
        var bytes = Serialize(value, options);
        Assert.Equal(json, JsonSerializer.Serialize(Deserialize(bytes, value.GetType(), options), value.GetType(), options));

        static void Shout(JsonTypeInfo contract)
        {
            foreach (var property in contract.Properties)
            {
                property.Name = property.IsExtensionData ? property.Name : property.Name.ToUpperInvariant();
            }
        }
    }

    [Theory]
    [InlineData("82a178c3a17901", "$.x")]                                   // true for a number
    [InlineData("820101a17901", "$")]                                       // a name that is no text
    [InlineData("82a17801a179a3616263", "$.y")]                             // text for a number
    [InlineData("81a17801", "$")]                                           // a member is missing
    [InlineData("82a178cb3ff8000000000000a17902", "$.x")]                   // 1.5 for an integer
    [InlineData("82a178cf7fffffffffffffffa17902", "$.x")]                   // too large
    [InlineData("82a178c0a17902", "$.x")]                                   // nil
    [InlineData("9201a17902", "$")]
    [InlineData("82a178d40500a17902", "$.x")]                               // an extension
    [InlineData("82a17801a1790203", "$")]                                   // more behind it
    [InlineData("82a17801a179", "$.y")]                                     // cut off
    [InlineData("", "$")]
    public void What_does_not_fit_a_type_is_refused_with_its_path(string hex, string path)
    {
        var exception = Assert.Throws<JsonException>(() => Deserialize(Convert.FromHexString(hex), typeof(PointRecord), Options));
        Assert.Equal(path, exception.Path);
    }

    [Fact]
    public void The_path_leads_through_lists_and_maps()
    {
        var bytes = FromJson("""{"name":"a","children":[{"name":"b","children":[]},{"name":7,"children":[]}]}""");
        Assert.Equal("$.children[1].name", Assert.Throws<JsonException>(() => Deserialize(bytes, typeof(Node), Options)).Path);
        var map = FromJson("""{"plain":{"a":"x"}}""");
        Assert.Equal("$.plain.a", Assert.Throws<JsonException>(() => Deserialize(map, typeof(Maps), Options)).Path);
    }

    [Theory]
    [InlineData("""{"x":1,"y":2}""")]
    [InlineData("""{"Y":2,"X":1}""")]
    [InlineData("""{"more":{"a":[1,{}]},"x":1,"y":2,"other":null}""")]
    [InlineData("""{"x":1,"y":2,"y":3}""")]
    [InlineData("""{"x":"1","y":2}""")]
    [InlineData("""{"x":1.0,"y":2e0}""")]
    [InlineData("""{"x":1}""")]
    [InlineData("""{"x":null,"y":1}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""{"x":{},"y":[]}""")]
    [InlineData("""{"x":true,"y":1}""")]
    public void Json_and_MessagePack_take_and_refuse_the_same(string json)
    {
        foreach (var type in new[] { typeof(PointRecord), typeof(Point), typeof(PointClass) })
        {
            var byJson = Try(() => JsonSerializer.Deserialize(json, type, Options));
            var byMessagePack = Try(() => Deserialize(FromJson(json), type, Options));
            // 1.0 is a float in JSON text; in MessagePack it says no more than 1.
            if (!json.Contains(".0", StringComparison.Ordinal))
            {
                Assert.Equal(byJson, byMessagePack);
            }
        }

        static string Try(Func<object?> read)
        {
            try
            {
                return JsonSerializer.Serialize(read());
            }
            catch (JsonException exception)
            {
                var message = exception.Message;
                message = message[..(message.IndexOf(" Path: ", StringComparison.Ordinal) is >= 0 and var at ? at : message.Length)];
                // The serializer names the object that holds the value, or the value: the path tells which one is meant.
                return message.Contains("could not be converted", StringComparison.Ordinal) ? $"unfit {exception.Path}" : message + exception.Path;
            }
        }
    }

    [Fact]
    public void Null_where_none_is_allowed_is_refused()
    {
        var exception = Assert.Throws<JsonException>(() => Deserialize(FromJson("""{"name":null}"""), typeof(Required), Options));
        Assert.Contains("null", exception.Message);
        Assert.Throws<JsonException>(() => Deserialize(FromJson("""{"name":null,"children":[]}"""), typeof(Node), Options));
    }

    [Fact]
    public void Bytes_and_instants_stay_what_they_are()
    {
        var bytes = Serialize(new Blobs { Bytes = [1, 2] }, Options);
        Assert.Contains("a56279746573c4020102", Convert.ToHexStringLower(bytes));
        var times = Serialize(new Times { At = DateTime.UnixEpoch.AddSeconds(1) }, Options);
        Assert.Contains("a26174d6ff00000001", Convert.ToHexStringLower(times));
    }

    [Fact]
    public void A_local_time_is_the_same_instant_and_one_of_no_kind_counts_as_utc()
    {
        var local = new DateTime(2024, 5, 1, 10, 0, 0, DateTimeKind.Local);
        Assert.Equal(local.ToUniversalTime(), Deserialize(Serialize(local, Options), typeof(DateTime), Options));
        var unknown = new DateTime(2024, 5, 1, 10, 0, 0);
        var read = Assert.IsType<DateTime>(Deserialize(Serialize(unknown, Options), typeof(DateTime), Options));
        Assert.Equal((unknown.Ticks, DateTimeKind.Utc), (read.Ticks, read.Kind));
        var offset = new DateTimeOffset(2024, 5, 1, 10, 0, 0, TimeSpan.FromHours(2));
        Assert.Equal(offset, Deserialize(Serialize(offset, Options), typeof(DateTimeOffset), Options));
    }

    [Fact]
    public void An_instant_beyond_the_platforms_years_is_refused()
    {
        var exception = Assert.Throws<JsonException>(() => Deserialize(Convert.FromHexString("c70cff000000007fffffffffffffff"), typeof(DateTime), Options));
        Assert.Equal("$", exception.Path);
        Assert.Throws<JsonException>(() => ToJson(Convert.FromHexString("c70cff000000007fffffffffffffff")));
    }

    [Theory]
    [InlineData("0", "00")]
    [InlineData("-0", "cb8000000000000000")]
    [InlineData("0.0", "cb0000000000000000")]
    [InlineData("1e2", "cb4059000000000000")]
    [InlineData("12.50", "cb4029000000000000")]
    [InlineData("0.30000000000000004", "cb3fd3333333333334")]
    [InlineData("18446744073709551615", "cfffffffffffffffff")]
    [InlineData("18446744073709551616", "b43138343436373434303733373039353531363136")]      // no format holds it: its digits
    [InlineData("1e400", "a531653430" + "30")]
    [InlineData("0.1234567890123456789", "b5302e31323334353637383930313233343536373839")]
    [InlineData("-9223372036854775808", "d38000000000000000")]
    public void A_number_is_never_rounded_silently(string json, string hex) => Assert.Equal(hex, Convert.ToHexStringLower(FromJson(json)));

    [Theory]
    [InlineData("cb7ff8000000000000", "\"NaN\"")]
    [InlineData("cbfff0000000000000", "\"-Infinity\"")]
    [InlineData("ca3dcccccd", "0.1")]
    [InlineData("c403010203", "\"AQID\"")]
    [InlineData("d6ff6632176e", "\"2024-05-01T10:20:30Z\"")]
    [InlineData("d7ff00000004" + "00000000", "\"1970-01-01T00:00:00Z\"")]
    [InlineData("82a161c0a1a291c3", """{"a":null,"\u00a2":[true]}""", true)]
    [InlineData("81a7225c0a09410061", """{"\u0022":0}""", true)]
    public void MessagePack_becomes_json(string hex, string json, bool isMalformed = false)
    {
        if (isMalformed)
        {
            Assert.Throws<MessagePackException>(() => ToJson(Convert.FromHexString(hex)));
        }
        else
        {
            Assert.Equal(json, ToJson(Convert.FromHexString(hex)));
        }
    }

    [Theory]
    [InlineData("8101c0")]                  // a key that is no text
    [InlineData("d40500")]                  // an extension
    public void What_json_cannot_say_is_refused(string hex)
    {
        Assert.Throws<JsonException>(() => ToJson(Convert.FromHexString(hex)));
        Assert.Throws<JsonException>(() => Deserialize(Convert.FromHexString(hex), typeof(JsonElement), Options));
        Assert.Throws<JsonException>(() => Deserialize(Convert.FromHexString(hex), typeof(Dictionary<string, object>), Options));
    }

    [Fact]
    public void What_is_nested_too_deep_is_refused()
    {
        var deep = Enumerable.Repeat((byte)0x91, 100).Append((byte)0xc0).ToArray();
        Assert.Throws<JsonException>(() => Deserialize(deep, typeof(JsonElement), Options));
        Assert.Throws<JsonException>(() => Deserialize(FromJson(string.Concat(Enumerable.Repeat("{\"name\":\"\",\"children\":[", 60)) + string.Concat(Enumerable.Repeat("]}", 60)), 1000), typeof(Node), Options));
        var loop = new Loop();
        loop.Itself = loop;
        Assert.Throws<JsonException>(() => Serialize(loop, Options));
        var ring = new List<object>();
        ring.Add(ring);
        Assert.Throws<JsonException>(() => Serialize(ring, Options));
    }

    [Fact]
    public void A_type_that_is_not_named_among_the_derived_is_refused_as_in_json()
    {
        var holder = new Holder(new Triangle());
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Serialize(holder, Options));
        Assert.Throws<NotSupportedException>(() => Serialize(holder, Options));
    }

    [Fact]
    public void Numbers_as_text_are_written_so_in_both_formats()
    {
        var options = new JsonSerializerOptions(Options) { NumberHandling = JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString };
        Assert.Equal("a135", Convert.ToHexStringLower(Serialize(5, options)));
        Assert.Equal(5, Deserialize(Serialize(5, options), typeof(int), options));
    }

    [Fact]
    public void Infinities_are_as_the_options_say()
    {
        Assert.Throws<ArgumentException>(() => Serialize(double.NaN, Options));
        var strict = new JsonSerializerOptions(Options) { NumberHandling = JsonNumberHandling.Strict };
        Assert.Throws<JsonException>(() => Deserialize(Convert.FromHexString("cb7ff8000000000000"), typeof(double), strict));
        var options = new JsonSerializerOptions(Options) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
        Assert.Equal(double.NaN, Deserialize(Convert.FromHexString("cb7ff8000000000000"), typeof(double), options));
        Assert.Equal(double.NegativeInfinity, Deserialize(Serialize(double.NegativeInfinity, options), typeof(double), options));
    }

    [Fact]
    public void Members_may_be_left_out_by_the_options()
    {
        var options = new JsonSerializerOptions(Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };
        Assert.Equal("80", Convert.ToHexStringLower(Serialize(new Numbers(), options)));
        var nulls = new JsonSerializerOptions(Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
        Assert.Equal("81a56669727374a161", Convert.ToHexStringLower(Serialize(new Named { First = "a" }, nulls)));
    }

    [Fact]
    public void Unknown_members_are_refused_where_the_options_say_so()
    {
        var options = new JsonSerializerOptions(Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };
        Assert.Throws<JsonException>(() => Deserialize(FromJson("""{"x":1,"y":2,"z":3}"""), typeof(PointRecord), options));
        Assert.Equal(new PointRecord(1, 2), Deserialize(FromJson("""{"x":1,"y":2}"""), typeof(PointRecord), options));
    }

    [Theory]
    [InlineData(typeof(Point), false)]
    [InlineData(typeof(Node), false)]
    [InlineData(typeof(Numbers), false)]
    [InlineData(typeof(Blobs), true)]
    [InlineData(typeof(Times), true)]
    [InlineData(typeof(object), true)]
    [InlineData(typeof(List<Dictionary<string, Times?>>), true)]
    public void What_a_type_may_say_beyond_json_is_known(Type type, bool saysMore) => Assert.Equal(saysMore, Shapes.Of(Options).MaySayMoreThanJson(type));

    [Fact]
    public void An_event_keeps_MessagePack_only_where_json_says_less()
    {
        Assert.True(EventData.Write(new Point(1, 2), Options).MessagePack.IsEmpty);
        Assert.True(EventData.Write<object>(new { a = "b" }, Options).MessagePack.IsEmpty);
        Assert.True(EventData.Write<object>(new Point(1, 2), Options).MessagePack.IsEmpty);
        Assert.False(EventData.Write<object>(new { a = (object)new byte[] { 1 } }, Options).MessagePack.IsEmpty);
        Assert.False(EventData.Write(new { at = DateTime.UnixEpoch }, Options).MessagePack.IsEmpty);
    }

    [Fact]
    public void Writing_and_reading_takes_no_memory_beyond_the_result()
    {
        var contract = (JsonTypeInfo<PointClass>)Options.GetTypeInfo(typeof(PointClass));
        var bytes = MessagePackValue.Serialize(new PointClass { X = 1, Y = 2 }, Options);
        var point = MessagePackValue.Deserialize(bytes, contract)!;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var index = 0; index < 1000; index++)
        {
            point = MessagePackValue.Deserialize(bytes, contract)!;
            bytes = MessagePackValue.Serialize(point, Options);
        }
        // 24 bytes of object and 32 of array.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 60_000);
        Assert.Equal(1, point.X);
    }

    internal static byte[] FromJson(string json, int maxDepth = MessagePackJson.MaxDepth)
    {
        var writer = MessagePackWriter.Take();
        MessagePackJson.FromJson(System.Text.Encoding.UTF8.GetBytes(json), writer, maxDepth);
        var bytes = writer.Written.ToArray();
        writer.Return();
        return bytes;
    }

    internal static string ToJson(byte[] bytes)
    {
        using var scratch = JsonScratch.Take();
        MessagePackJson.ToJson(new MessagePackReader(bytes), scratch.Writer);
        scratch.Writer.Flush();
        return System.Text.Encoding.UTF8.GetString(scratch.Written);
    }

    internal static byte[] Serialize(object value, JsonSerializerOptions options) => (byte[])typeof(MessagePackValue)
        .GetMethod(nameof(MessagePackValue.Serialize))!.MakeGenericMethod(value.GetType()).Invoke(null, System.Reflection.BindingFlags.DoNotWrapExceptions, null, [value, options], null)!;

    internal static object? Deserialize(byte[] bytes, Type type, JsonSerializerOptions options) => typeof(MessagePackValue)
        .GetMethod(nameof(MessagePackValue.Deserialize))!.MakeGenericMethod(type)
        .Invoke(null, System.Reflection.BindingFlags.DoNotWrapExceptions, null, [new ReadOnlyMemory<byte>(bytes), options.GetTypeInfo(type)], null);

    // Times in UTC may be written in more than one way, numbers too.
    private static JsonNode? Canonical(string json, Type type) => JsonSerializer.SerializeToNode(JsonSerializer.Deserialize(json, type, Options), type, Options);

    internal readonly record struct Point(int X, int Y);

    internal sealed record PointRecord(int X, int Y);

    internal sealed class PointClass
    {
        public int X { get; set; }

        public int Y { get; set; }
    }

    internal sealed class Named
    {
        public string? First { get; set; }

        public string? Last { get; init; }
    }

    internal sealed record Mixed(int A = 5, string B = "b")
    {
        public bool C { get; init; } = true;

        public int Sum => A * 2;
    }

    internal sealed class Fields
    {
        [JsonInclude]
        public int X;

        [JsonInclude]
        internal string? Y;
    }

    internal sealed class Numbers
    {
        public byte B { get; set; }

        public sbyte Sb { get; set; }

        public short S { get; set; }

        public ushort Us { get; set; }

        public int I { get; set; }

        public uint U { get; set; }

        public long L { get; set; }

        public ulong Ul { get; set; }

        public float F { get; set; }

        public double D { get; set; }

        public decimal M { get; set; }

        public decimal Big { get; set; }

        public Half H { get; set; }

        public Int128 Wide { get; set; }

        public int? Maybe { get; set; }
    }

    internal sealed class Times
    {
        public DateTime At { get; set; } = DateTime.UnixEpoch;

        public DateTimeOffset Then { get; set; } = DateTimeOffset.UnixEpoch;

        public TimeSpan Span { get; set; }

        public DateOnly Day { get; set; }

        public TimeOnly Clock { get; set; }

        public DateTime? Maybe { get; set; }
    }

    internal sealed class Others
    {
        public Guid Id { get; set; }

        public Uri? Link { get; set; }

        public Version? Version { get; set; }

        public char C { get; set; }

        public DayOfWeek Day { get; set; }

        public Kind Kind { get; set; }

        public JsonElement Element { get; set; } = JsonSerializer.SerializeToElement(new { a = 1 });

        public JsonNode? Node { get; set; } = JsonNode.Parse("[1,\"a\"]");
    }

    [JsonConverter(typeof(JsonStringEnumConverter<Kind>))]
    internal enum Kind
    {
        Small,
        Big,
    }

    internal sealed class Blobs
    {
        public byte[]? Bytes { get; set; }

        public Memory<byte> Memory { get; set; }

        public ReadOnlyMemory<byte> Read { get; set; }
    }

    internal sealed class Lists
    {
        public int[]? Array { get; set; }

        public List<string?>? List { get; set; }

        public HashSet<int>? Set { get; set; }

        public IReadOnlyList<double>? Read { get; set; }

        public int[][]? Nested { get; set; }

        public ImmutableArray<int> Immutable { get; set; } = [];

        public Queue<int>? Queue { get; set; }

        public List<object?>? Any { get; set; }

        public IEnumerable<int>? Enumerable { get; set; }
    }

    internal sealed class Maps
    {
        public Dictionary<string, int>? Plain { get; set; }

        public IReadOnlyDictionary<string, Point>? Read { get; set; }

        public Dictionary<int, string>? ByNumber { get; set; }

        public SortedDictionary<string, int>? Sorted { get; set; }
    }

    internal sealed record Node(string Name, IReadOnlyList<Node> Children);

    internal sealed class Renamed
    {
        [JsonPropertyName("a very long name with 猫")]
        [JsonPropertyOrder(1)]
        public string? Long { get; set; }

        [JsonIgnore]
        public string? Ignored { get; set; }

        public int First { get; set; }
    }

    internal sealed class Sparse
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? A { get; set; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int B { get; set; }
    }

    [JsonConverter(typeof(TemperatureConverter))]
    internal readonly record struct Temperature(double Celsius);

    internal sealed class WithConverter
    {
        public Temperature Temperature { get; set; }

        [JsonConverter(typeof(LoudConverter))]
        public string? Loud { get; set; }
    }

    internal sealed class TemperatureConverter : JsonConverter<Temperature>
    {
        public override Temperature Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(double.Parse(reader.GetString()!.TrimEnd('C')));

        public override void Write(Utf8JsonWriter writer, Temperature value, JsonSerializerOptions options) => writer.WriteStringValue($"{value.Celsius}C");
    }

    internal sealed class LoudConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString()!.ToLowerInvariant();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToUpperInvariant());
    }

    internal sealed class Extended
    {
        public int Known { get; set; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Rest { get; set; }
    }

    internal sealed record Defaults(int A, string? B = "b", int C = 7, Kind D = Kind.Big);

    internal sealed class Required
    {
        public required string Name { get; init; }
    }

    internal sealed record Holder(Figure Figure);

    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Square), 4)]
    internal abstract record Figure;

    internal sealed record Circle(double Radius) : Figure;

    internal sealed record Square(double Side) : Figure;

    internal sealed record Triangle : Figure;

    internal sealed class Wide
    {
        public int A1 { get; set; } = 1;
        public int A2 { get; set; } = 2;
        public int A3 { get; set; } = 3;
        public int A4 { get; set; } = 4;
        public int A5 { get; set; } = 5;
        public int A6 { get; set; } = 6;
        public int A7 { get; set; } = 7;
        public int A8 { get; set; } = 8;
        public int A9 { get; set; } = 9;
        public int A10 { get; set; } = 10;
        public int A11 { get; set; } = 11;
        public int A12 { get; set; } = 12;
        public int A13 { get; set; } = 13;
        public int A14 { get; set; } = 14;
        public int A15 { get; set; } = 15;
        public int A16 { get; set; } = 16;
        public int A17 { get; set; } = 17;
    }

    internal sealed class Called : IJsonOnSerializing, IJsonOnDeserialized
    {
        public string? Name { get; set; }

        public int Times { get; set; }

        public void OnSerializing() => Times = 1;

        public void OnDeserialized() => Name += "";
    }

    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    internal sealed class Numbered
    {
        public int I { get; set; }

        public double D { get; set; }
    }

    internal sealed class Structs
    {
        public Point P { get; set; }

        public Point? Maybe { get; set; }
    }

    internal sealed class Loop
    {
        public Loop? Itself { get; set; }
    }
}

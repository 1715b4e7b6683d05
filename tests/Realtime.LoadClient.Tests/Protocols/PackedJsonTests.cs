using System.Text;
using Realtime.LoadClient.Protocols;

namespace Realtime.LoadClient.Tests.Protocols;

public sealed class PackedJsonTests
{
    [Theory]
    [InlineData("""{"type":"event","topic":"room:1","data":{"text":"Zo","n":[1,-1,127,128,-33,70000,1.5,true,false,null]},"offset":9007199254740991}""")]
    [InlineData("[]")]
    public void What_was_written_is_read_again(string json) => Assert.Equal(json, Encoding.UTF8.GetString(PackedJson.ToJson(PackedJson.FromJson(Encoding.UTF8.GetBytes(json)))));

    [Fact]
    public void Long_texts_and_many_items_are_read_again()
    {
        var json = $"[\"{new string('a', 31)}\",\"{new string('b', 200)}\",\"{new string('c', 70_000)}\",[{string.Join(',', Enumerable.Range(0, 300))}]]";
        Assert.Equal(json, Encoding.UTF8.GetString(PackedJson.ToJson(PackedJson.FromJson(Encoding.UTF8.GetBytes(json)))));
    }

    [Theory]
    [InlineData(new byte[] { 0xC1 })]
    [InlineData(new byte[] { 0x81, 0xA1 })]
    [InlineData(new byte[] { 0x81, 0x01, 0x01 })]
    [InlineData(new byte[] { 0x01, 0x01 })]
    [InlineData(new byte[] { 0xDB, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[0])]
    public void What_is_no_value_is_refused(byte[] bytes) => Assert.Throws<FormatException>(() => PackedJson.ToJson(bytes));
}

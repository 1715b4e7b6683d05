using System.Text;
using Realtime.LoadClient.Checking;
using Realtime.LoadClient.Protocols;

namespace Realtime.LoadClient.Tests.Checking;

public sealed class EnvelopeTests
{
    private const string Text = "TEXT";
    private readonly LoadClient.Protocols.Protocol _protocol = LoadClient.Protocols.Protocol.Named("json", new MessageShape("say", """{"text":"{text}"}""", "", false), 4);
    private readonly Envelope _envelope = new();

    [Fact]
    public void What_two_of_the_first_three_agree_on_is_what_the_others_must_be()
    {
        Assert.True(Fits(1, "said", 1));
        Assert.True(Fits(2, "sbid", 2));
        Assert.True(Fits(3, "said", 3));
        Assert.Equal(1, _envelope.Outvoted);
        Assert.True(Fits(4, "said", 4));
        Assert.False(Fits(5, "saId", 5));
    }

    [Fact]
    public void An_event_without_its_offset_does_not_fit_among_those_with_one()
    {
        Assert.True(Fits(1, "said", 1));
        Assert.True(Fits(2, "said", 2));
        Assert.True(Fits(3, "said", 3));
        Assert.False(Fits(4, "said", null));
    }

    [Fact]
    public void Where_all_differ_each_is_parsed()
    {
        Assert.True(Fits(1, "a", 1));
        Assert.True(Fits(2, "b", 2));
        Assert.True(Fits(3, "c", 3));
        Assert.True(_envelope.Varies);
        Assert.True(Fits(4, "d", 4));
        Assert.False(Fits(5, "e\"", 5));
    }

    [Fact]
    public void An_event_of_another_topic_does_not_fit() => Assert.False(Fits(1, "said", 1, "elsewhere"));

    private bool Fits(int number, string name, int? offset, string topic = "room")
    {
        var message = $$"""{"type":"event","topic":"{{topic}}","event":"{{name}}","data":{"text":"{{Text}}"}{{(offset is null ? "" : $",\"offset\":{offset}")}}}""";
        var at = message.IndexOf(Text, StringComparison.Ordinal);
        return _envelope.Fits(_protocol, Encoding.UTF8.GetBytes(message), at..(at + Text.Length), "room", number, out _);
    }
}

namespace Realtime.Sockets.Tests.Topics;

public sealed class TopicWildcardTests
{
    [Theory]
    [InlineData("room:*", true)]
    [InlineData("*", true)]
    [InlineData("a:*:b", true)]
    [InlineData("*:a", true)]
    [InlineData("room:a*", false)]
    [InlineData("room:*a", false)]
    [InlineData("room:**", false)]
    [InlineData("room:a*:*", true)]
    [InlineData("room:lobby", false)]
    [InlineData("", false)]
    public void A_wildcard_has_a_part_that_is_a_star(string name, bool isWildcard) => Assert.Equal(isWildcard, TopicWildcard.IsWildcard(name));

    [Theory]
    [InlineData("room:*", "room:lobby", true)]
    [InlineData("room:*", "room:", false)]
    [InlineData("room:*", "room", false)]
    [InlineData("room:*", "room:a:b", false)]
    [InlineData("room:*", "rooms:a", false)]
    [InlineData("*:b", "a:b", true)]
    [InlineData("*:b", "a:c", false)]
    [InlineData("a:*:c", "a:b:c", true)]
    [InlineData("a:*:c", "a:b", false)]
    [InlineData("*", "a", true)]
    [InlineData("*", "a:b", false)]
    [InlineData("room:lobby", "room:lobby", true)]
    [InlineData("room:lobby", "room:lobb", false)]
    [InlineData("room:a*", "room:ab", false)]
    public void A_star_stands_for_one_part(string wildcard, string topic, bool matches) => Assert.Equal(matches, TopicWildcard.Matches(wildcard, topic));
}

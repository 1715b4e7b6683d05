using System.Text;
using System.Text.Json;

namespace Realtime.Sockets.Tests.Presence;

public sealed class RosterTests
{
    private readonly Roster _roster = new("room:a", new PresenceOptions { MaxListed = 8 }, JsonSerializerOptions.Web);

    [Fact]
    public void Connections_of_one_user_are_one_entry_with_the_newest_data_of_those_that_have_any()
    {
        Set("1", "Ada", """{"n":1}""");
        Set("2", "Ada", """{"n":2}""");
        Assert.Equal("""@Ada 2 {"n":2}""", Shown());

        Set("2", "Ada");
        Assert.Equal("""@Ada 2 {"n":1}""", Shown());

        Gone("1");
        Assert.Equal("@Ada 1 ", Shown());

        Gone("2");
        Assert.Equal("", Shown());
    }

    [Fact]
    public void Connections_without_a_user_are_an_entry_each()
    {
        Set("1", null);
        Set("2", null);

        Assert.Equal("1 1  | 2 1 ", Shown());
    }

    [Fact]
    public void A_user_cannot_take_the_id_of_a_connection()
    {
        Set("1", null);
        Set("2", "1");

        Assert.Equal("1 1  | @1 1 ", Shown());
    }

    [Fact]
    public void A_connection_that_gets_another_user_moves_to_that_entry()
    {
        Set("1", null, "1");
        Set("2", "Ada");
        TakeNews();
        Set("1", "Ada", "1");

        Assert.Equal("@Ada 2 1", Shown());
        Assert.Equal("""{"type":"presence","topic":"room:a","joined":[{"id":"@Ada","user":"Ada","connections":2,"data":1}],"left":["1"]}""", TakeNews());
    }

    [Fact]
    public void What_changed_and_changed_back_is_told_once_as_it_is()
    {
        Set("1", "Ada", "1");
        Set("2", "Alan");
        TakeNews();
        Set("1", "Ada", "2");
        Set("1", "Ada", "3");
        Set("2", "Alan");

        Assert.Equal("""{"type":"presence","topic":"room:a","joined":[{"id":"@Ada","user":"Ada","data":3}],"left":[]}""", TakeNews());
        Assert.Null(TakeNews());
    }

    [Fact]
    public void Who_is_lost_is_shown_until_the_grace_period_ends()
    {
        Set("1", "Ada", "1");
        TakeNews();

        Assert.True(_roster.Apply(Change("1", PresenceState.Lost), leavesAt: 100));
        Assert.Equal("@Ada 1 1", Shown());
        Assert.Equal(100, _roster.Expire(99));
        Assert.Null(_roster.Expire(100));
        Assert.Equal("", Shown());
        Assert.Equal("""{"type":"presence","topic":"room:a","joined":[],"left":["@Ada"]}""", TakeNews());
    }

    [Fact]
    public void Who_comes_back_within_the_grace_period_has_never_been_away()
    {
        Set("1", "Ada", "1");
        TakeNews();
        _roster.Apply(Change("1", PresenceState.Lost), leavesAt: 100);
        Set("2", "Ada", "1");

        Assert.Null(_roster.Expire(500));
        Assert.Null(TakeNews());
        Assert.Equal("@Ada 1 1", Shown());

        // A second loss begins a new period, whatever was left of the first.
        _roster.Apply(Change("2", PresenceState.Lost), leavesAt: 600);
        Assert.Equal(600, _roster.Expire(599));
        Set("3", "Ada");
        _roster.Apply(Change("3", PresenceState.Lost), leavesAt: 700);
        Assert.Equal(700, _roster.Expire(650));
        Assert.Null(_roster.Expire(700));
        Assert.Equal("", Shown());
    }

    [Fact]
    public void Who_leaves_or_has_no_user_is_gone_at_once()
    {
        Set("1", "Ada");
        Set("2", null);

        Assert.False(_roster.Apply(Change("1", PresenceState.Left)));
        Assert.False(_roster.Apply(Change("2", PresenceState.Lost), leavesAt: 100));

        Assert.Equal("", Shown());
    }

    [Fact]
    public void Beyond_the_limit_only_the_count_is_told_and_well_below_it_the_list_again()
    {
        for (var index = 1; index <= 8; index++)
        {
            Set($"{index}", null);
        }
        Assert.Contains("\"joined\":[", TakeNews()!, StringComparison.Ordinal);

        Set("9", null);
        Assert.Equal("""{"type":"presence","topic":"room:a","count":9}""", TakeNews());
        Set("9", null, "1");
        Assert.Null(TakeNews());
        Gone("1");
        Gone("2");
        Assert.Equal("""{"type":"presence","topic":"room:a","count":7}""", TakeNews());
        Gone("3");
        var list = TakeNews()!;
        Assert.Contains("\"members\":[{\"id\":\"", list, StringComparison.Ordinal);
        Assert.Equal(6, JsonDocument.Parse(list).RootElement.GetProperty("members").GetArrayLength());
    }

    [Fact]
    public void Windows_can_be_shown_each_for_itself()
    {
        var roster = new Roster("room:a", new PresenceOptions { MergeUsers = false }, JsonSerializerOptions.Web);
        roster.Apply(new PresenceChange(new PresenceRecord("1", "Ada", default), PresenceState.Here));
        roster.Apply(new PresenceChange(new PresenceRecord("2", "Ada", default), PresenceState.Here));

        Assert.Equal(["1 Ada", "2 Ada"], roster.Entries.Select(static entry => $"{entry.Id} {entry.User}"));
    }

    [Fact]
    public void Whatever_happens_a_client_that_follows_sees_what_the_roster_shows()
    {
        var random = new Random(4711);
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        var connections = new List<string>();
        for (var step = 0; step < 5000; step++)
        {
            switch (random.Next(4))
            {
                case 0 when connections.Count < 7:
                    connections.Add($"c{step}");
                    Set(connections[^1], random.Next(3) is var user and > 0 ? $"user {user}" : null);
                    break;
                case 1 when connections.Count > 0:
                    Set(connections[random.Next(connections.Count)], random.Next(3) is var other and > 0 ? $"user {other}" : null, $"{random.Next(3)}");
                    break;
                case 2 when connections.Count > 0:
                    var index = random.Next(connections.Count);
                    _roster.Apply(Change(connections[index], random.Next(2) == 0 ? PresenceState.Lost : PresenceState.Left), leavesAt: step + 10);
                    connections.RemoveAt(index);
                    break;
                default:
                    _roster.Expire(step);
                    break;
            }
            if (random.Next(3) == 0 && TakeNews() is { } news)
            {
                Follow(seen, JsonDocument.Parse(news).RootElement);
                Assert.Equal(
                    _roster.Entries.Select(static entry => $"{entry.Id} {entry.Connections} {Encoding.UTF8.GetString(entry.Data.Span)}").Order(StringComparer.Ordinal),
                    seen.Select(static pair => $"{pair.Key} {pair.Value}").Order(StringComparer.Ordinal));
            }
        }
        _roster.Expire(long.MaxValue);
        connections.ForEach(connection => _roster.Apply(Change(connection, PresenceState.Left)));
        Assert.Empty(_roster.Entries);
    }

    private static void Follow(Dictionary<string, string> seen, JsonElement news)
    {
        foreach (var id in news.GetProperty("left").EnumerateArray())
        {
            seen.Remove(id.GetString()!);
        }
        foreach (var entry in news.GetProperty("joined").EnumerateArray())
        {
            var count = entry.TryGetProperty("connections", out var connections) ? connections.GetInt32() : 1;
            seen[entry.Text("id")!] = $"{count} {(entry.TryGetProperty("data", out var data) ? data.GetRawText() : "")}";
        }
    }

    private static PresenceChange Change(string id, PresenceState state) => new(new PresenceRecord(id, null, default), state);

    private void Set(string id, string? user, string data = "") =>
        _roster.Apply(new PresenceChange(new PresenceRecord(id, user, new EventData(Encoding.UTF8.GetBytes(data))), PresenceState.Here));

    private void Gone(string id) => _roster.Apply(Change(id, PresenceState.Left));

    private string Shown() =>
        string.Join(" | ", _roster.Entries.Select(static entry => $"{entry.Id} {entry.Connections} {Encoding.UTF8.GetString(entry.Data.Span)}"));

    private string? TakeNews()
    {
        if (!_roster.TryTakeNews(out var news))
        {
            return null;
        }
        var frame = news.Frame(new JsonCodec(0, JsonSerializerOptions.Web)).Bytes;
        return Encoding.UTF8.GetString(frame.AsSpan(frame[1] < 126 ? 2 : 4));
    }
}

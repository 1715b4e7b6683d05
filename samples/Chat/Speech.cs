using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Realtime;

namespace Chat;

/// <summary>What a page sends to say something.</summary>
/// <param name="Id">A UUID of the page's own making; sent again with the same one, it is said once.</param>
/// <param name="Text">What was typed.</param>
record Saying(string Id, string Text);

/// <summary>Reads what people type: names, messages, and the commands that start with a slash.</summary>
static partial class Speech
{
    private const int LongestText = 4000;
    private const int LongestName = 32;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(365);

    /// <summary>Reads a person's name.</summary>
    /// <exception cref="TopicError">It is no name.</exception>
    public static string UserName(string? typed) =>
        typed?.Trim() is { Length: > 0 and <= LongestName } name && !name.Any(char.IsControl) && name.EnumerateRunes().Any(IsSeen) ? name
            : throw new TopicError("bad_name", $"A name has 1 to {LongestName} characters that can be seen.");

    /// <summary>Reads a room's name.</summary>
    /// <exception cref="TopicError">It is no name.</exception>
    public static string RoomName(string? typed) =>
        typed is not null && RoomNames().IsMatch(typed) ? typed
            : throw new TopicError("bad_room_name", "A room's name is up to 32 letters a to z, digits and dashes, such as book-club.");

    /// <summary>Reads something said, which may be a command.</summary>
    /// <exception cref="TopicError">It is empty, too long, or a command that does not exist or is not written as it should be.</exception>
    public static Message Read(string room, string user, Saying saying, DateTimeOffset now)
    {
        if (!Guid.TryParse(saying.Id, out var key))
        {
            throw new TopicError("bad_id", "A message needs an id, a UUID of the sender's own making.");
        }
        if (string.IsNullOrWhiteSpace(saying.Text) || saying.Text.Length > LongestText)
        {
            throw new TopicError("bad_text", $"A message has 1 to {LongestText} characters.");
        }
        var text = saying.Text.TrimEnd();
        var message = new Message(room, 0, key.ToString(), user, text, now.ToUnixTimeMilliseconds(), MessageKind.Text);
        return text.StartsWith('/') ? ReadCommand(message, now) : message;
    }

    private static Message ReadCommand(Message message, DateTimeOffset now)
    {
        var words = message.Text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words[0].ToLowerInvariant() switch
        {
            "/remind" => ReadReminder(message, words.ElementAtOrDefault(1) ?? "", now),
            "/export" => message with { Kind = MessageKind.Export },
            _ => throw new TopicError(
                "unknown_command", $"There is no command {words[0]}, only /remind, /export and /help. Put a space in front to say it as it is."),
        };
    }

    private static Message ReadReminder(Message message, string rest, DateTimeOffset now)
    {
        var match = Reminder().Match(rest);
        if (!match.Success)
        {
            throw new TopicError("bad_command", "Say when and what: /remind 30s tea, /remind 10m call Ada, /remind 2h30m.");
        }
        var seconds = Duration().Matches(match.Groups["when"].Value)
            .Sum(part => double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * SecondsIn(part.Groups[2].Value));
        if (seconds < 1 || seconds > LongestDelay.TotalSeconds)
        {
            throw new TopicError("bad_command", "A reminder comes after one second at the least and a year at the most.");
        }
        var about = match.Groups["what"].Value;
        return message with
        {
            Kind = MessageKind.Remind,
            Text = about.Length > 0 ? about : "It is time.",
            Due = now.AddSeconds(seconds).ToUnixTimeMilliseconds(),
        };
    }

    private static bool IsSeen(Rune rune) => !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format;

    private static double SecondsIn(string unit) => unit.ToLowerInvariant() switch
    {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => 86400,
    };

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex RoomNames();

    [GeneratedRegex(@"^(?<when>([0-9]{1,9}[smhd])+)(\s+(?<what>.*))?$", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Reminder();

    [GeneratedRegex("([0-9]+)([smhd])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Duration();
}

using System.Text.Json.Serialization;

namespace Chat;

/// <summary>A room and how far its talk has come.</summary>
/// <param name="Name">Its name, which is in its address too.</param>
/// <param name="About">What it is for; may be empty.</param>
/// <param name="Last">The id of its newest message, 0 while there is none.</param>
record Room(string Name, string About, long Last);

/// <summary>Something said in a room.</summary>
/// <param name="Room">The room's name.</param>
/// <param name="Id">1, 2, 3, … within the room, without gaps.</param>
/// <param name="Key">Who sends it makes this up, once per message: sent again, it is still one message.</param>
/// <param name="User">Who said it.</param>
/// <param name="Text">What was said, as plain text.</param>
/// <param name="At">When, in milliseconds since 1970 UTC.</param>
/// <param name="Kind">One of <see cref="MessageKind"/>.</param>
/// <param name="Job">The background job behind it, or null.</param>
/// <param name="Due">For a reminder that waits: when it is due, in milliseconds since 1970 UTC.</param>
/// <param name="Done">For a transcript that is written: what is in it.</param>
record Message(
    string Room, long Id, string Key, string User, string Text, long At, string Kind,
    string? Job = null, long? Due = null, Transcript? Done = null)
{
    /// <summary>Whether it asks for a job that has not been enqueued.</summary>
    [JsonIgnore]
    public bool WaitsForJob => Kind is MessageKind.Remind or MessageKind.Export && Job is null;
}

/// <summary>What a finished transcript holds.</summary>
record Transcript(long Messages, long Bytes);

/// <summary>A page of a room's talk, and the id of the newest message of all.</summary>
record MessagePage(IReadOnlyList<Message> Messages, long Last);

static class MessageKind
{
    /// <summary>What a person typed.</summary>
    public const string Text = "text";

    /// <summary>Somebody asked to be reminded.</summary>
    public const string Remind = "remind";

    /// <summary>The time of a reminder has come.</summary>
    public const string Reminder = "reminder";

    /// <summary>A transcript, being written or done.</summary>
    public const string Export = "export";
}

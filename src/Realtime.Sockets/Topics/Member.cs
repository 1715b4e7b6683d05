using System.Collections.Concurrent;
using Realtime.Sockets;

namespace Realtime;

/// <summary>One connection's membership in one topic. A person with two windows open is two members.</summary>
public sealed class Member
{
    private ConcurrentDictionary<string, object?>? _state;
    private string? _user;
    private object? _data;

    internal Member(string id, Topic topic, RealtimeSession session)
    {
        Id = id;
        Topic = topic;
        Session = session;
        Outbox = session.Outbox;
        Codec = session.Codec;
        _user = session.Identity?.User;
    }

    /// <summary>Names this membership; no two members have the same.</summary>
    public string Id { get; }

    /// <summary>The topic.</summary>
    public Topic Topic { get; }

    /// <summary>
    /// Who this is: as the join handler named it, else the user of its <see cref="Identity"/>, or null. Seen by all in a topic with presence; a change is told to them. There the members of
    /// one user are shown as one (see <see cref="PresenceOptions.MergeUsers"/>), so it is to name one person only.
    /// </summary>
    public string? User
    {
        get => _user;
        set
        {
            _user = value;
            Audience?.Attendance?.Changed(this);
        }
    }

    /// <summary>
    /// More that all may see in a topic with presence, written as JSON, or null. Set a new object to change it: the members are told then. Of
    /// several members of one user the data set last is shown.
    /// </summary>
    public object? Data
    {
        get => _data;
        set
        {
            // Written now: what cannot be written fails where it is set, and is written once for all who see it.
            WrittenData = value is null ? default : EventData.Write(value, Request.App.Json);
            _data = value;
            Audience?.Attendance?.Changed(this);
        }
    }

    /// <summary>What the server wants to remember of this member; nobody else sees it.</summary>
    public IDictionary<string, object?> State => _state ??= new ConcurrentDictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>The id of the connection, as in the server's logs and the client's <c>welcome</c>.</summary>
    public string ConnectionId => Session.Id;

    /// <summary>Who this connection's client has proved to be, by its newest token; null in an app without <see cref="Topics.Authenticate"/>.</summary>
    public Identity? Identity => Session.Identity;

    /// <summary>The handshake that this connection began with.</summary>
    public Request Request => Session.Request;

    /// <summary>All that this member's connection is in, in no particular order, this membership among them while it lasts.</summary>
    public IReadOnlyList<Member> Memberships => Session.Members;

    internal RealtimeSession Session { get; }

    /// <summary>The writer of its connection: here too, because the fan-out asks for it for each frame.</summary>
    internal Outbox Outbox { get; }

    /// <summary>The format that its connection speaks: here for the same reason.</summary>
    internal WireCodec Codec { get; }

    /// <summary><see cref="Data"/> as it goes to the others; empty for null.</summary>
    internal EventData WrittenData { get; private set; }

    /// <summary>Where this member hears the topic, or null while its join handler is at work.</summary>
    internal Audience? Audience { get; set; }

    /// <summary>How far it has come in its topic's presence; belongs to the topic's <see cref="Attendance"/>.</summary>
    internal MemberPresence Presence { get; set; }

    // All below belongs to the audience and is touched under its lock only.

    /// <summary>What came for the member while its join was being answered; null once it is live.</summary>
    internal HeldFrames? Held { get; set; } = new();

    /// <summary>The offset that the reply to its join told: older events are not for it.</summary>
    internal long Position { get; set; }

    /// <summary>What waits for it of a topic that may leave events out; null while it has never been behind.</summary>
    internal HeldBack? HeldBack { get; set; }

    /// <summary>Its place in the audience's list; -1 where it is in none.</summary>
    internal int Index { get; set; } = -1;

    /// <summary>Sends an event to this member alone. It is not kept in the topic's history; after the member has left it goes nowhere.</summary>
    /// <typeparam name="T">The data's type.</typeparam>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data, written as JSON.</param>
    public ValueTask SendAsync<T>(string name, T data)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Session.SendTo(this, name, data);
        return default;
    }

    /// <summary>
    /// Publishes an event to every member of the topic but this one. In a topic with history it is kept like any other: its sender is told to pass
    /// over its offset, and gets the event itself only where it resumes or asks for history from before it.
    /// </summary>
    /// <typeparam name="T">The data's type.</typeparam>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data, written as JSON.</param>
    /// <param name="idempotencyKey">Names this event in the topic, as when publishing to all; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting for the backplane.</param>
    /// <exception cref="ArgumentException">The event's name or the key is empty, or the key too long.</exception>
    public ValueTask PublishToOthersAsync<T>(string name, T data, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        Topic.PublishAsync(name, data, idempotencyKey, new Recipients(Except: Id), cancellationToken);

    /// <summary>
    /// Takes this member out of the topic. The client is told with a <c>left</c> that has the code and message; it does not come back by itself. Should it ask again, the
    /// topic's handlers decide: they are the place to refuse one who may not return. The connection stays, with its other topics.
    /// </summary>
    /// <param name="code">For programs.</param>
    /// <param name="message">For people; null for a plain sentence.</param>
    /// <returns>False where it was not in the topic (any more, or yet: a join handler refuses with a <see cref="TopicError"/>).</returns>
    public bool Remove(string code = "removed", string? message = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(code);
        return Session.Remove(this, new Fault(code, message ?? "The server took this client out of the topic."));
    }

    /// <summary>Closes this member's connection, with all its topics.</summary>
    /// <param name="mayReturn">
    /// Whether the client should connect again, soon and by itself (close code 3002): to be authenticated anew, say. If not (3501, the default) it stays away until
    /// somebody has it connect again.
    /// </param>
    /// <param name="reason">For people, up to 123 bytes of UTF-8; null for a plain sentence.</param>
    /// <exception cref="ArgumentException">The reason is too long.</exception>
    public void Disconnect(bool mayReturn = false, string? reason = null) => Session.Disconnect(mayReturn, reason);

    /// <inheritdoc/>
    public override string ToString() => User is null ? Id : $"{User} ({Id})";
}

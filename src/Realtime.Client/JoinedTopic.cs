using System.Runtime.CompilerServices;

namespace Realtime;

/// <summary>
/// A topic that a client is in: what is said there, who is there, and a way to speak. Made by <see cref="RealtimeClient.JoinAsync(string, object?, int?, TopicPlace?, CancellationToken)"/>.
/// All members may be used from any thread.
/// </summary>
/// <remarks>
/// An event goes to everybody who reads events of its name at that time. One that nobody reads yet waits for the first who does, so
/// what comes right behind the join is not lost; up to <see cref="RealtimeClientOptions.EventBuffer"/> of these are kept.
/// </remarks>
public sealed partial class JoinedTopic : IAsyncDisposable
{
    private readonly RealtimeClient _client;
    private readonly Inbox _inbox;
    private readonly MemberList _members;

    internal JoinedTopic(RealtimeClient client, string name, Func<byte[]> data, int? history, TopicPlace? since)
    {
        _client = client;
        _data = data;
        _history = history;
        _place = since;
        _inbox = new Inbox(client.Options.EventBuffer, client.Options.SlowReader);
        _members = new MemberList(client.Json);
        _alarm = new Alarm(client.Gate, client.Time);
        Name = name;
    }

    /// <summary>
    /// Raised when events are missing that the server no longer has: load anew what was made of them. It is raised on the thread that reads
    /// the connection, so a handler must not block. In <see cref="Events"/> the same notice has its place between the events.
    /// </summary>
    public event EventHandler<TopicReset>? Reset;

    /// <summary>The topic's name.</summary>
    public string Name { get; }

    /// <summary>Whether the server has this client in the topic right now; false while the connection is away.</summary>
    public bool IsJoined
    {
        get
        {
            using var scope = _client.Gate.Enter();
            return _isJoined;
        }
    }

    /// <summary>
    /// The newest event that has come in, in a topic with history: a program that is started again goes on from there. Null in a topic without.
    /// </summary>
    public TopicPlace? Place
    {
        get
        {
            using var scope = _client.Gate.Enter();
            return _place;
        }
    }

    /// <summary>
    /// Completes when this client is out of the topic for good, and never fails: null when that was this program's wish, else why, such as the
    /// server's refusal to let it back in.
    /// </summary>
    public Task<RealtimeException?> Ended => _ended.Task;

    /// <summary>All events of the topic, in order and each once, and the notices that some are missing.</summary>
    /// <remarks>It ends when the topic is left, and throws a <see cref="RealtimeException"/> when it is lost or the reader is too slow.</remarks>
    public IAsyncEnumerable<ReceivedEvent> Events => ReadAsync(name: null, CancellationToken.None);

    /// <summary>The events that have come in and nobody has read, oldest first.</summary>
    public IReadOnlyList<ReceivedEvent> Unread => _inbox.Waiting;

    /// <summary>
    /// How many events were dropped since the join: because nobody here read them in time, or by the server, because this client's connection is too slow for it.
    /// </summary>
    public long Dropped => _inbox.Dropped;

    /// <summary>Who is in the topic, as far as is known: empty in a topic without presence.</summary>
    public PresentMembers Members
    {
        get
        {
            using var scope = _client.Gate.Enter();
            return _members.Snapshot;
        }
    }

    /// <summary>
    /// Who is in the topic: now, and after each change. A reader who is slower than the changes gets the newest list. It ends as <see cref="Events"/> does.
    /// </summary>
    public IAsyncEnumerable<PresentMembers> Presence => WatchAsync();

    /// <summary>What the server's join handler returned, the last time; the type's default for nothing.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <exception cref="RealtimeException">It is not of this type (<c>bad_data</c>).</exception>
    public T? ReplyAs<T>()
    {
        using var scope = _client.Gate.Enter();
        return _client.Json.Read<T>(_reply.Span);
    }

    /// <summary>The data of each event of one name, in order and each once.</summary>
    /// <typeparam name="T">The data's type.</typeparam>
    /// <param name="name">The event's name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RealtimeException">
    /// While reading: the topic was lost (with the reason's code), the reader is too slow (<c>too_slow</c>), or data is not of this type (<c>bad_data</c>).
    /// </exception>
    public IAsyncEnumerable<T> On<T>(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return ReadDataAsync<T>(name, cancellationToken);
    }

    /// <summary>Calls the topic's handler on the server, and completes when it has returned.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data, written as JSON now; null for none.</param>
    /// <param name="cancellationToken">Gives up. What has been sent already is not taken back.</param>
    /// <exception cref="RealtimeException">
    /// The handler refuses (with its code), or: <c>connection_lost</c>, when the answer was lost and the event may or may not have happened; it is never
    /// sent again by itself. <c>queue_full</c>, <c>too_large</c>, <c>not_joined</c>: it was not sent. <c>left</c>, <c>closed</c>: it was not sent and will not be.
    /// </exception>
    public Task SendAsync(string name, object? data = null, CancellationToken cancellationToken = default) => CallAsync(name, data, cancellationToken);

    /// <summary>Calls the topic's handler on the server, and gives what it returned; the type's default for nothing.</summary>
    /// <typeparam name="TReply">The type of what the handler returns.</typeparam>
    /// <param name="name">The event's name.</param>
    /// <param name="data">The data, written as JSON now; null for none.</param>
    /// <param name="cancellationToken">Gives up. What has been sent already is not taken back.</param>
    /// <exception cref="RealtimeException">As for <see cref="SendAsync(string, object?, CancellationToken)"/>, and <c>bad_data</c> for a reply of another type.</exception>
    public async Task<TReply?> SendAsync<TReply>(string name, object? data = null, CancellationToken cancellationToken = default) =>
        _client.Json.Read<TReply>((await CallAsync(name, data, cancellationToken)).Span);

    /// <summary>Asks for older events of a topic with history. They are an answer: no reader gets them.</summary>
    /// <param name="before">The offset that they are to be before; null for what was before this client's first event.</param>
    /// <param name="limit">How many to get; null for what the server likes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RealtimeException">
    /// The topic keeps none (<c>no_history</c>), or as for <see cref="SendAsync(string, object?, CancellationToken)"/>.
    /// </exception>
    public Task<PastEvents> HistoryAsync(long? before = null, int? limit = null, CancellationToken cancellationToken = default) =>
        PageAsync(before ?? FirstOffset(), limit, cancellationToken);

    /// <summary>Leaves the topic. Sequences of events end; what waits to be sent fails with the code <c>left</c>.</summary>
    /// <param name="cancellationToken">Gives up waiting for the server's answer; the topic is left all the same.</param>
    public Task LeaveAsync(CancellationToken cancellationToken = default) => LeaveAsync().WaitAsync(cancellationToken);

    /// <summary>Leaves the topic.</summary>
    public async ValueTask DisposeAsync() => await LeaveAsync();

    private async IAsyncEnumerable<ReceivedEvent> ReadAsync(string? name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = _inbox.Read(name);
        while (await reader.WaitAsync(cancellationToken))
        {
            while (reader.TryRead(out var arrival))
            {
                yield return arrival.Event;
            }
        }
    }

    private async IAsyncEnumerable<T> ReadDataAsync<T>(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in ReadAsync(name, cancellationToken))
        {
            yield return item.DataAs<T>();
        }
    }

    private async IAsyncEnumerable<PresentMembers> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        PresentMembers? seen = null;
        while (true)
        {
            var (members, changed) = Look();
            if (members is not null && members != seen)
            {
                yield return seen = members;
            }
            else if (!_ended.Task.IsCompleted)
            {
                await changed.WaitAsync(cancellationToken);
            }
            else if (await _ended.Task is { } error)
            {
                throw error;
            }
            else
            {
                yield break;
            }
        }
    }

    private long? FirstOffset()
    {
        using var scope = _client.Gate.Enter();
        return _start?.Offset + 1;
    }

    private (PresentMembers? Members, Task Changed) Look()
    {
        using var scope = _client.Gate.Enter();
        return (_members.IsKnown ? _members.Snapshot : null, _members.Changed);
    }
}

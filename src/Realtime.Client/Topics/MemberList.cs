using System.Text.Json;

namespace Realtime;

/// <summary>Who is in a topic: a snapshot, kept up to date by changes. All of it happens inside the client's gate.</summary>
internal sealed class MemberList(ClientJson json)
{
    private readonly Dictionary<string, PresentMember> _members = new(StringComparer.Ordinal);
    private PresentMembers? _snapshot = new([]);
    private long? _count;
    // Changes that come before the snapshot of a join belong to none.
    private bool _isFresh;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Whether a snapshot has come.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>The members: a list of its own that does not change.</summary>
    public PresentMembers Snapshot => _snapshot ??= new PresentMembers([.. _members.Values], _count);

    /// <summary>Completes with the next change.</summary>
    public Task Changed => _changed.Task;

    /// <summary>A new join: the next snapshot replaces all.</summary>
    public void Renew() => _isFresh = false;

    public void Apply(ServerMessage message)
    {
        if (!message.Members.IsEmpty)
        {
            _members.Clear();
            _count = null;
            _isFresh = true;
        }
        else if (message.Count is { } count)
        {
            // Only their number is told: there are no changes until a whole list comes again.
            _members.Clear();
            _count = count;
            _isFresh = false;
        }
        else if (!_isFresh)
        {
            return;
        }
        foreach (var id in Items(message.Left))
        {
            if (ServerMessage.TextOf(id) is { } left)
            {
                _members.Remove(left);
            }
        }
        Put(message.Members);
        Put(message.Joined);
        IsKnown = true;
        _snapshot = null;
        Tell();
    }

    /// <summary>Wakes who waits for a change.</summary>
    public void Tell()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }

    private void Put(ReadOnlyMemory<byte> members)
    {
        foreach (var member in Items(members))
        {
            if (ServerMessage.TextOf(member, "id"u8) is { } id)
            {
                var data = member.TryGetProperty("data"u8, out var added) ? added : default;
                var connections = member.TryGetProperty("connections"u8, out var many) && many.ValueKind == JsonValueKind.Number && many.TryGetInt32(out var number) ? number : 1;
                _members[id] = new PresentMember(id, ServerMessage.TextOf(member, "user"u8), connections, data, json);
            }
        }
    }

    private static IEnumerable<JsonElement> Items(ReadOnlyMemory<byte> array)
    {
        if (array.IsEmpty)
        {
            return [];
        }
        var element = ServerMessage.Parse(array);
        return element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

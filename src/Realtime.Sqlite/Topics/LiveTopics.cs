namespace Realtime.Sqlite;

/// <summary>The topics that somebody in this process is subscribed to.</summary>
internal sealed class LiveTopics
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LiveTopic> _byName = new(StringComparer.Ordinal);

    public LiveTopic? Find(string topic)
    {
        lock (_gate)
        {
            return _byName.GetValueOrDefault(topic);
        }
    }

    public void Enter(string topic)
    {
        lock (_gate)
        {
            if (!_byName.TryGetValue(topic, out var live))
            {
                _byName.Add(topic, live = new LiveTopic());
            }
            live.Uses++;
        }
    }

    public void Leave(string topic)
    {
        lock (_gate)
        {
            if (_byName.TryGetValue(topic, out var live) && --live.Uses == 0)
            {
                _byName.Remove(topic);
            }
        }
    }
}

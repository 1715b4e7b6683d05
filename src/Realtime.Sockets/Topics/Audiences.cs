using System.Collections.Concurrent;
using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>The topics that somebody on this node hears. One that nobody hears any more is forgotten.</summary>
/// <param name="backplane">Where their events come from.</param>
/// <param name="presence">Where the members of all nodes are.</param>
/// <param name="json">How the data of presence is read.</param>
/// <param name="time">The clock of presence's grace periods.</param>
/// <param name="paceTime">The clock of presence's rests.</param>
internal sealed class Audiences(
    IBackplane backplane, IPresenceStore presence, JsonSerializerOptions json, TimeProvider time, TimeProvider paceTime)
{
    // Written under the lock, read without.
    private readonly ConcurrentDictionary<string, Audience> _byName = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public int Count => _byName.Count;

    /// <summary>All audiences, wildcards' among them, as they are while they are read.</summary>
    public IEnumerable<Audience> All => _byName.Values;

    /// <summary>The topic's audience, or null where nobody hears it.</summary>
    public Audience? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Takes a share in a topic's audience, to be given back with <see cref="LeaveAsync"/>.</summary>
    /// <returns>The audience, to which the backplane delivers.</returns>
    public async ValueTask<Audience> EnterAsync(Topic topic, CancellationToken cancellationToken)
    {
        Audience? audience;
        var isFirst = false;
        lock (_gate)
        {
            if (!_byName.TryGetValue(topic.Name, out audience))
            {
                audience = new Audience(topic);
                if (topic.Definition.Presence is { } options)
                {
                    audience.Attendance = new Attendance(audience, options, presence, json, time, paceTime);
                }
                _byName[topic.Name] = audience;
                isFirst = true;
            }
            audience.Uses++;
        }
        try
        {
            if (isFirst)
            {
                await SubscribeAsync(audience);
            }
            await audience.Subscription.WaitAsync(cancellationToken);
            return audience;
        }
        catch
        {
            await LeaveAsync(audience);
            throw;
        }
    }

    /// <summary>Gives a share back; the last one ends the subscription.</summary>
    public async ValueTask LeaveAsync(Audience audience)
    {
        lock (_gate)
        {
            if (--audience.Uses > 0)
            {
                return;
            }
            _byName.TryRemove(audience.Topic.Name, out _);
        }
        audience.Attendance?.Dispose();
        if (audience.PresenceWatch is { } watch)
        {
            await watch.DisposeAsync();
        }
        if (audience.Subscription.IsCompletedSuccessfully)
        {
            await audience.Subscription.Result.DisposeAsync();
        }
    }

    private async ValueTask SubscribeAsync(Audience audience)
    {
        try
        {
            if (audience.Attendance is { } attendance)
            {
                audience.PresenceWatch = await presence.WatchAsync(audience.Topic.Name, attendance.Hear, CancellationToken.None);
            }
            // Shared by all who wait: no single caller's token may end it.
            audience.Subscribed(await backplane.SubscribeAsync(audience.Topic.Name, audience.Deliver, CancellationToken.None));
        }
        catch (Exception exception)
        {
            audience.FailedToSubscribe(exception);
        }
    }
}

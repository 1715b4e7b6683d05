using System.Collections.Concurrent;

namespace Realtime.Sockets;

/// <summary>The topics that somebody on this node hears. One that nobody hears any more is forgotten.</summary>
/// <param name="backplane">Where their events come from.</param>
internal sealed class Audiences(IBackplane backplane)
{
    // Written under the lock, read without.
    private readonly ConcurrentDictionary<string, Audience> _byName = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public int Count => _byName.Count;

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
                _byName[topic.Name] = audience = new Audience(topic);
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
        if (audience.Subscription.IsCompletedSuccessfully)
        {
            await audience.Subscription.Result.DisposeAsync();
        }
    }

    private async ValueTask SubscribeAsync(Audience audience)
    {
        try
        {
            // Shared by all who wait: no single caller's token may end it.
            audience.Subscribed(await backplane.SubscribeAsync(audience.Topic.Name, audience.Deliver, CancellationToken.None));
        }
        catch (Exception exception)
        {
            audience.FailedToSubscribe(exception);
        }
    }
}

using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Realtime.Sockets;

/// <summary>The inboxes of all event streams that are open on this node, each under a key that only its client knows.</summary>
internal sealed class Inboxes
{
    // 128 bits and more: who could guess one could speak for somebody else.
    private const int KeyLength = 26;

    private readonly ConcurrentDictionary<string, Inbox> _byKey = new(StringComparer.Ordinal);

    public string Add(Inbox inbox)
    {
        var key = RandomNumberGenerator.GetString("0123456789abcdefghijklmnopqrstuvwxyz", KeyLength);
        _byKey[key] = inbox;
        return key;
    }

    public Inbox? Find(string key) => _byKey.GetValueOrDefault(key);

    public void Remove(string key) => _byKey.TryRemove(key, out _);
}

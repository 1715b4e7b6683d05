using System.Buffers;
using System.Collections;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Realtime.Hosting.Epoll;

/// <remarks>Its own feature collection: the platform's is a dictionary, half a kilobyte for each connection that only waits.</remarks>
internal sealed partial class EpollConnection
    : IFeatureCollection, IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature, IConnectionSocketFeature, IMemoryPoolFeature
{
    private KeyValuePair<Type, object>[] _added = [];

    Socket IConnectionSocketFeature.Socket => _socket;

    MemoryPool<byte> IMemoryPoolFeature.MemoryPool => _pool;

    bool IFeatureCollection.IsReadOnly => false;

    int IFeatureCollection.Revision => 0;

    object? IFeatureCollection.this[Type key]
    {
        get => Find(key);
        set => Put(key, value);
    }

    TFeature? IFeatureCollection.Get<TFeature>()
        where TFeature : default => (TFeature?)Find(typeof(TFeature));

    void IFeatureCollection.Set<TFeature>(TFeature? instance)
        where TFeature : default => Put(typeof(TFeature), instance);

    IEnumerator<KeyValuePair<Type, object>> IEnumerable<KeyValuePair<Type, object>>.GetEnumerator() => All().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => All().GetEnumerator();

    private static bool IsOwn(Type type) =>
        type == typeof(IConnectionIdFeature) || type == typeof(IConnectionTransportFeature) || type == typeof(IConnectionItemsFeature)
        || type == typeof(IConnectionLifetimeFeature) || type == typeof(IConnectionEndPointFeature) || type == typeof(IConnectionSocketFeature)
        || type == typeof(IMemoryPoolFeature) || type == typeof(EpollConnection);

    private object? Find(Type type)
    {
        foreach (var (key, value) in _added)
        {
            if (key == type)
            {
                return value;
            }
        }
        return IsOwn(type) ? this : null;
    }

    /// <summary>Sets, replaces or, with null, takes back what was added; the connection's own come to light again then.</summary>
    private void Put(Type type, object? value)
    {
        var index = Array.FindIndex(_added, one => one.Key == type);
        if (value is null)
        {
            _added = index < 0 ? _added : [.. _added[..index], .. _added[(index + 1)..]];
        }
        else if (index < 0)
        {
            _added = [.. _added, new(type, value)];
        }
        else
        {
            _added[index] = new(type, value);
        }
    }

    private IEnumerable<KeyValuePair<Type, object>> All()
    {
        foreach (var type in typeof(EpollConnection).GetInterfaces().Where(type => IsOwn(type) && !Array.Exists(_added, one => one.Key == type)))
        {
            yield return new(type, this);
        }
        foreach (var one in _added)
        {
            yield return one;
        }
    }
}

using System.Buffers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Realtime.Hosting.Epoll;

internal sealed partial class EpollConnection
    : IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature, IConnectionSocketFeature, IMemoryPoolFeature
{
    private readonly FeatureCollection _features;

    Socket IConnectionSocketFeature.Socket => _socket;

    MemoryPool<byte> IMemoryPoolFeature.MemoryPool => _pool;

    private FeatureCollection Describe()
    {
        // Room for these and for what the server adds.
        var features = new FeatureCollection(14);
        features.Set<IConnectionIdFeature>(this);
        features.Set<IConnectionTransportFeature>(this);
        features.Set<IConnectionItemsFeature>(this);
        features.Set<IConnectionLifetimeFeature>(this);
        features.Set<IConnectionEndPointFeature>(this);
        features.Set<IConnectionSocketFeature>(this);
        features.Set<IMemoryPoolFeature>(this);
        return features;
    }
}

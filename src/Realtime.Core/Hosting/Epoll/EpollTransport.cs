using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Realtime.Hosting.Epoll;

/// <summary>
/// TCP for Kestrel on Linux, without hops from thread to thread: the thread that learns of a request's bytes reads them, runs the
/// request and sends its response. See docs/adr/0002-requests-run-inline.md.
/// </summary>
internal sealed class EpollTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector, IDisposable
{
    private const int MostReceived = 1024 * 1024;

    private readonly StallWatch _watch = new();
    private readonly Lane[] _lanes;
    private readonly ILogger _logger;

    public EpollTransport(IMemoryPoolFactory<byte> pools, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger("Realtime.Hosting");
        _lanes = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(index => new Lane(new EpollLoop($"Realtime loop {index}", _watch), pools.Create()))];
        _watch.Start([.. _lanes.Select(static lane => lane.Loop)]);
    }

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket socket;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(exception.Message, exception);
        }
        socket.Listen(512);
        return ValueTask.FromResult<IConnectionListener>(new EpollListener(socket, this, _logger));
    }

    /// <summary>A connection for an accepted socket, on the loop that has the fewest.</summary>
    public EpollConnection Connect(Socket socket)
    {
        socket.NoDelay = true;
        var lane = _lanes.MinBy(static lane => lane.Loop.Load)!;
        return new EpollConnection(socket, lane.Loop, lane.Received);
    }

    public void Dispose()
    {
        _watch.Dispose();
        foreach (var lane in _lanes)
        {
            lane.Loop.Dispose();
            lane.Pool.Dispose();
        }
    }

    /// <summary>One loop and what its connections share.</summary>
    private sealed class Lane(EpollLoop loop, MemoryPool<byte> pool)
    {
        public EpollLoop Loop => loop;

        public MemoryPool<byte> Pool => pool;

        public PipeOptions Received { get; } = new(pool, Continuation.Scheduler, PipeScheduler.ThreadPool, MostReceived, MostReceived / 2, useSynchronizationContext: false);
    }
}

using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Realtime.Hosting.Epoll;

namespace Realtime.Tests.Hosting.Epoll;

/// <summary>One connection by itself, used as Kestrel's connection adapters may.</summary>
public sealed class EpollConnectionTests
{
    private const int MostReceived = 8192;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_full_connection_whose_input_is_given_up_with_a_failure_ends()
    {
        using var watch = new StallWatch();
        using var loop = new EpollLoop("test", watch);
        using var listener = new System.Net.Sockets.Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new System.Net.Sockets.Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        var pipe = new PipeOptions(MemoryPool<byte>.Shared, Continuation.Scheduler, PipeScheduler.ThreadPool, MostReceived, MostReceived / 2, useSynchronizationContext: false);
        var connection = new EpollConnection(await listener.AcceptAsync(), loop, pipe);
        connection.Start();
        await client.SendAsync(new byte[4 * MostReceived]);
        using var patience = new CancellationTokenSource(Patience);
        var input = connection.Transport.Input;
        while ((await input.ReadAsync(patience.Token)).Buffer is var buffer && buffer.Length < MostReceived)
        {
            input.AdvanceTo(buffer.Start);
            await Task.Yield();
        }

        await input.CompleteAsync(new InvalidOperationException("enough"));

        await connection.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.Equal(0, loop.Load);
    }
}

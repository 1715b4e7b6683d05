using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Realtime.Hosting.Epoll;

internal sealed partial class EpollStream
{
    // Made when the socket's buffer is full for the first time: few ever are.
    private WritableSignal? _writable;

    /// <summary>Sends, and completes when the kernel has taken all.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var sent = SocketCalls.Send(_socket.SafeHandle, buffer.Span);
            return sent == buffer.Length ? default : WaitAndSendAsync(buffer[Math.Max(sent, 0)..], cancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return ValueTask.FromException(Lost(exception));
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAndSendAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
    {
        var writable = _writable ??= new WritableSignal();
        await using var registration = cancellationToken.UnsafeRegister(static signal => ((WritableSignal)signal!).Set(), writable);
        while (true)
        {
            writable.Clear();
            // Looked at behind the clearing, which forgets what was signalled before it.
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var sent = SocketCalls.Send(_socket.SafeHandle, rest.Span);
                rest = rest[Math.Max(sent, 0)..];
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                throw Lost(exception);
            }
            if (rest.IsEmpty)
            {
                return;
            }
            await writable.WaitAsync();
        }
    }
}

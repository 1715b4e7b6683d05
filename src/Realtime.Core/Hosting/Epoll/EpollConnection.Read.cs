using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Realtime.Hosting.Epoll;

internal sealed partial class EpollConnection
{
    // How much one thread reads before it lets the application see it.
    private const int ReadAtOnce = 64 * 1024;

    private volatile bool _ending;

    /// <summary>Who raises it from 0 reads. Others only raise it, and the reader looks again before it brings it back to 0.</summary>
    private int _wakes;

    private enum Pause
    {
        /// <summary>The socket is empty: its next event goes on.</summary>
        Empty,

        /// <summary>There is more, to be read once the application had a look.</summary>
        More,

        /// <summary>The application has enough: its reading goes on.</summary>
        Full,

        /// <summary>Nothing will come any more.</summary>
        Ended,
    }

    void IThreadPoolWorkItem.Execute() => Read();

    /// <summary>Reads what there is, then runs the application's code that waited for it. Only for who raised <see cref="_wakes"/>.</summary>
    private void Read()
    {
        var wakes = Volatile.Read(ref _wakes);
        Continuation.Keep();
        var pause = TryReadSome();
        if (pause == Pause.More || (pause == Pause.Empty && Interlocked.Add(ref _wakes, -wakes) != 0))
        {
            // Another thread reads on: the application may wait for the rest right here.
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        Continuation.Run();
    }

    private Pause TryReadSome()
    {
        try
        {
            return ReadSome();
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return End(new ConnectionResetException("The client reset the connection.", exception));
        }
        catch (Exception exception)
        {
            // Whatever it is: no connection may end the loop, and so all others.
            return End(new IOException("The connection failed.", exception));
        }
    }

    private Pause ReadSome()
    {
        var writer = _received.Writer;
        for (var total = 0; total < ReadAtOnce;)
        {
            var memory = writer.GetMemory();
            var length = SocketCalls.Receive(_socket.SafeHandle, memory.Span);
            if (length < 0)
            {
                return Pause.Empty;
            }
            if (length == 0)
            {
                return End(null);
            }
            writer.Advance(length);
            total += length;
            var flush = writer.FlushAsync();
            if (!flush.IsCompletedSuccessfully)
            {
                _ = ResumeAsync(flush);
                return Pause.Full;
            }
#pragma warning disable VSTHRD002 // It has completed.
            var result = flush.Result;
#pragma warning restore VSTHRD002
            if (result.IsCompleted || result.IsCanceled)
            {
                return End(null);
            }
            // epoll(7): a read that got less than it asked for has emptied a stream socket. Its end comes apart: the application
            // hears of the last bytes before it hears that the peer has closed.
            if (length < memory.Length)
            {
                return _ending ? Pause.More : Pause.Empty;
            }
        }
        return Pause.More;
    }

    private async Task ResumeAsync(ValueTask<FlushResult> flush)
    {
        bool isOver;
        try
        {
            isOver = await flush is { IsCompleted: true } or { IsCanceled: true };
        }
        catch (Exception)
        {
            // What the application gave its input up with. It knows.
            isOver = true;
        }
        if (isOver)
        {
            End(null);
        }
        else
        {
            Read();
        }
    }

    /// <summary>Ends the reading for good: the right to read is not given back.</summary>
    private Pause End(Exception? error)
    {
        _received.Writer.Complete(_isShut ? _shutdownReason : error);
        _ = TellClosedAsync();
        return Pause.Ended;
    }

    private async Task TellClosedAsync()
    {
        // On the pool; a callback that fails is its owner's affair.
        await _closed.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _readEnded.TrySetResult();
    }
}

using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Realtime.Hosting.Epoll;

/// <summary>
/// Receives from and sends to a socket without waiting (recv(2), sendmsg(2)). The platform's Socket could, but keeps some 400 bytes
/// of waiting lists for each socket that is not to block.
/// </summary>
internal static unsafe partial class SocketCalls
{
    private const int Peek = 0x2;
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const int BrokenPipe = 32;
    private const int Reset = 104;

    /// <summary>Receives what there is.</summary>
    /// <returns>How much; 0 where the peer has sent all it had, -1 where there is nothing now.</returns>
    /// <exception cref="SocketException">The connection has failed.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static int Receive(SafeSocketHandle socket, Span<byte> buffer)
    {
        fixed (byte* at = buffer)
        {
            nint length;
            do
            {
                length = recv(socket, at, buffer.Length, DontWait);
            }
            while (length < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            return Checked(length);
        }
    }

    /// <summary>Sends as much as the socket takes.</summary>
    /// <returns>How much; -1 where it takes nothing now.</returns>
    /// <exception cref="SocketException">The connection has failed.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static int Send(SafeSocketHandle socket, ReadOnlySpan<Piece> pieces)
    {
        fixed (Piece* first = pieces)
        {
            var message = new Message { Pieces = first, Count = pieces.Length };
            nint length;
            do
            {
                length = sendmsg(socket, &message, DontWait | NoSignal);
            }
            while (length < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            return Checked(length);
        }
    }

    /// <inheritdoc cref="Send(SafeSocketHandle, ReadOnlySpan{Piece})"/>
    public static int Send(SafeSocketHandle socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* at = bytes)
        {
            nint length;
            do
            {
                length = send(socket, at, bytes.Length, DontWait | NoSignal);
            }
            while (length < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            return Checked(length);
        }
    }

    /// <summary>Tells whether there is something to receive, be it the end.</summary>
    /// <exception cref="SocketException">The connection has failed.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static bool HasInput(SafeSocketHandle socket)
    {
        byte at;
        nint length;
        do
        {
            length = recv(socket, &at, 1, DontWait | Peek);
        }
        while (length < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return Checked(length) >= 0;
    }

    /// <summary>Closes a connection.</summary>
    /// <param name="socket">Its socket.</param>
    /// <param name="reset">Whether the peer learns that the rest will not come.</param>
    public static void Close(Socket socket, bool reset)
    {
        if (reset)
        {
            socket.Close(timeout: 0);
            return;
        }
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The peer was faster.
        }
        socket.Dispose();
    }

    private static int Checked(nint length) => length >= 0 ? (int)length : Marshal.GetLastPInvokeError() switch
    {
        WouldBlock => -1,
        Reset or BrokenPipe => throw new SocketException((int)SocketError.ConnectionReset),
        var error => throw new SocketException((int)SocketError.SocketError, Marshal.GetPInvokeErrorMessage(error)),
    };

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(SafeSocketHandle socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeSocketHandle socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendmsg(SafeSocketHandle socket, Message* message, int flags);

    /// <summary>A piece of memory that does not move (struct iovec).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct Piece(nint Start, nint Length);

    // struct msghdr
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public void* Name;
        public int NameLength;
        public Piece* Pieces;
        public nint Count;
        public void* Control;
        public nint ControlLength;
        public int Flags;
    }
}

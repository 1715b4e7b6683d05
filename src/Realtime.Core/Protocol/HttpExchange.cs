using System.IO.Pipelines;
using Microsoft.Extensions.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Realtime.Protocol;

/// <summary>
/// A server's side of one HTTP request: the few things that differ between servers. The rules of the contract are kept by
/// <see cref="HttpConnection"/>, so a server need not check any of them.
/// </summary>
/// <remarks>
/// The order of calls is fixed: headers are set, then either <see cref="RespondAsync"/> once, or <see cref="StartAsync"/>
/// once, then writes to <see cref="Output"/>, then perhaps <see cref="CompleteAsync"/>. When
/// <see cref="HttpConnection.ServeAsync"/> has completed, the server ends the response where the application did not.
/// </remarks>
public abstract class HttpExchange : RequestFacts
{
    /// <summary>The request's method, in upper case as it came.</summary>
    public abstract string Method { get; }

    /// <summary>
    /// The response's header fields. An object of this request alone, which throws once they are sent
    /// (<see cref="InvalidOperationException"/>) and once the request is over (<see cref="ObjectDisposedException"/>).
    /// </summary>
    public abstract Headers ResponseHeaders { get; }

    /// <summary>The request's <c>Accept</c> field: asked for each answer that has several forms, so a server that has it at hand gives it from there.</summary>
    public virtual StringValues Accept => RequestHeaders["Accept"];

    /// <summary>The request's body as it arrives. Asked for at most once.</summary>
    public abstract PipeReader RequestBody { get; }

    /// <summary>Where the body goes behind <see cref="StartAsync"/>; what is advanced is on its way with the next flush or the end.</summary>
    public abstract PipeWriter Output { get; }

    /// <summary>Whether the response can carry trailers.</summary>
    public virtual bool SupportsTrailers => false;

    /// <summary>Sends status and headers; they may wait for the first flush of <see cref="Output"/>.</summary>
    /// <param name="statusCode">The status.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    public abstract ValueTask StartAsync(int statusCode, CancellationToken cancellationToken);

    /// <summary>
    /// Sends a whole response at once, its last bytes included; the application has returned and nothing follows.
    /// </summary>
    /// <param name="statusCode">The status.</param>
    /// <param name="body">The body; <see cref="Headers.ContentLength"/> is set already where there is one.</param>
    public abstract ValueTask RespondAsync(int statusCode, ReadOnlyMemory<byte> body);

    /// <summary>
    /// Whether the application is an app with nothing around it, which knows of each request whether any code could have kept its connection.
    /// </summary>
    internal bool ReusesConnections { get; init; }

    /// <summary>The connection of the last request, where nobody has kept it.</summary>
    internal HttpConnection? Idle { get; set; }

    /// <summary>Copies bytes into <see cref="Output"/> without a flush.</summary>
    /// <param name="bytes">The bytes.</param>
    protected internal void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            // Sized, for a writer whose peer has gone may have no memory to offer unasked.
            var room = Output.GetSpan(Math.Min(bytes.Length, 4096));
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            Output.Advance(count);
            bytes = bytes[count..];
        }
    }

    /// <summary>Ends the response and sends everything, while the application still runs.</summary>
    public abstract ValueTask CompleteAsync();

    /// <summary>Adds a trailer field. Called only where <see cref="SupportsTrailers"/>.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="value">The field's value.</param>
    public virtual void AppendTrailer(string name, string value) => throw new NotSupportedException();

    /// <summary>Sends a part of a file as part of the body, behind <see cref="StartAsync"/>.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="offset">The first byte to send.</param>
    /// <param name="count">How many bytes to send.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    public virtual async ValueTask SendFileAsync(string path, long offset, long count, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        await SendFileAsync(file, offset, count, cancellationToken);
    }

    /// <summary>Sends a part of an open file as part of the body, behind <see cref="StartAsync"/>.</summary>
    /// <param name="file">The file, opened to be read, which stays open.</param>
    /// <param name="offset">The first byte to send.</param>
    /// <param name="count">How many bytes to send.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    public virtual async ValueTask SendFileAsync(SafeFileHandle file, long offset, long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            var memory = Output.GetMemory(16 * 1024);
            var read = await RandomAccess.ReadAsync(file, memory[..(int)Math.Min(memory.Length, count)], offset, cancellationToken);
            if (read == 0)
            {
                throw new EndOfStreamException($"A file ended {count} bytes early: it changed while it was sent.");
            }
            Output.Advance(read);
            offset += read;
            count -= read;
            var flushed = await Output.FlushAsync(cancellationToken);
            if (flushed.IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Turns what reading <see cref="RequestBody"/> threw into what the contract says: a peer's fault is a
    /// <see cref="RequestRejectedException"/>.
    /// </summary>
    /// <param name="exception">What the server's reader threw.</param>
    public virtual Exception Translate(Exception exception) => exception;
}

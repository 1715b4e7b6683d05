using System.IO.Pipelines;

namespace Realtime.Protocol;

/// <summary>One HTTP request and the response to it.</summary>
/// <remarks>
/// The rules hold on every server. The response may be replaced (<see cref="ResetResponse"/>) until its first flush;
/// nothing may follow <see cref="CompleteAsync"/>; after the peer has gone, writing does nothing. An exception out of the
/// application becomes a 500 before the first flush, and aborts the connection after it.
/// </remarks>
public abstract class HttpConnection : RequestConnection
{
    /// <summary>The request's method, in upper case as it came.</summary>
    public abstract string Method { get; }

    /// <summary>
    /// The request's body, read once. Reading past <see cref="MaxRequestBodySize"/> throws
    /// <see cref="RequestRejectedException"/> with 413.
    /// </summary>
    public abstract PipeReader RequestBody { get; }

    /// <summary>The most bytes a request body may have; null for no limit. 30,000,000 unless set before the first read.</summary>
    /// <exception cref="InvalidOperationException">On setting: reading has begun.</exception>
    public abstract long? MaxRequestBodySize { get; set; }

    /// <summary>The response's status code, 200 unless set.</summary>
    /// <exception cref="InvalidOperationException">On setting: the response has started.</exception>
    public abstract int StatusCode { get; set; }

    /// <summary>The response's header fields, to be set before the response starts.</summary>
    public abstract Headers ResponseHeaders { get; }

    /// <summary>Whether status and headers are on their way, so that the response can no longer be replaced.</summary>
    public abstract bool HasStarted { get; }

    /// <summary>
    /// Where the body is written. What is written stays replaceable until the first flush, which starts the response.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// On writing: the response is complete, or the body grows past its declared <c>Content-Length</c>.
    /// </exception>
    public abstract PipeWriter ResponseBody { get; }

    /// <summary>Starts the response: sends status and headers.</summary>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    public abstract ValueTask StartAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes back status, headers and every byte written so far.</summary>
    /// <exception cref="InvalidOperationException">The response has started: its first bytes are with the peer.</exception>
    public abstract void ResetResponse();

    /// <summary>Sends a part of a file as (part of) the body.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="offset">The first byte to send.</param>
    /// <param name="count">How many bytes to send; null for all from <paramref name="offset"/>.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer.</param>
    public abstract ValueTask SendFileAsync(string path, long offset = 0, long? count = null, CancellationToken cancellationToken = default);

    /// <summary>Adds a trailer field (RFC 9110, section 6.5), sent behind the body.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="value">The field's value.</param>
    /// <exception cref="InvalidOperationException">The protocol has no trailers here, or the response is complete.</exception>
    public abstract void AppendTrailer(string name, string value);

    /// <summary>Ends the response: flushes what is left. An application that returns has completed its response.</summary>
    public abstract ValueTask CompleteAsync();

    /// <summary>Cuts the connection, so that the peer can tell that the response is not whole.</summary>
    public abstract void Abort();
}

using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Realtime.Binding;

namespace Realtime;

public sealed partial class Request
{
    /// <summary>The body, to be read once. Beyond the server's limit (30 MB by default) reading ends the request with 413.</summary>
    /// <exception cref="InvalidOperationException">This is a WebSocket handshake, which has no body.</exception>
    public PipeReader Body => Http.RequestBody;

    /// <summary>Reads the body as JSON.</summary>
    /// <typeparam name="T">What it should be.</typeparam>
    /// <exception cref="BindingException">The body does not fit; unhandled it becomes a 400 that names the JSON path.</exception>
    /// <exception cref="HttpError">415: the body is not sent as JSON.</exception>
    public async ValueTask<T> ReadJsonAsync<T>() =>
        (T)(await BodyReader.For(typeof(T), _app.Json).ReadAsync(this))!;

    /// <summary>Reads the body as text in UTF-8.</summary>
    /// <exception cref="BindingException">The body is not UTF-8; unhandled it becomes a 400.</exception>
    public async ValueTask<string> ReadTextAsync()
    {
        var bytes = await ReadBytesAsync();
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new BindingException("$", "body", "should be text in UTF-8", exception);
        }
    }

    /// <summary>Reads the body whole.</summary>
    public async ValueTask<byte[]> ReadBytesAsync()
    {
        var body = Body;
        while (true)
        {
            var read = await body.ReadAsync(Disconnected);
            if (read.IsCanceled)
            {
                throw new OperationCanceledException("The body was not read to its end: somebody called Body.CancelPendingRead.");
            }
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                body.AdvanceTo(read.Buffer.End);
                return bytes;
            }
            // Nothing is consumed until all of it is there: the pipe keeps it in its own pooled segments.
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static UTF8Encoding StrictUtf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}

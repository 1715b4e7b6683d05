using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Realtime.Protocol;

namespace Realtime.Binding;

/// <summary>Reads a body as JSON: at once where it has arrived, as most small ones have with their headers.</summary>
internal sealed class JsonBody<T>(JsonTypeInfo<T> type)
{
    // A larger body is read while it arrives, so that it is never in memory twice.
    private const int MostAtOnce = 256 * 1024;

    public ValueTask<BodyValue<T>> ReadAsync(Request request)
    {
        var http = request.Http;
        var body = http.RequestBody;
        // Tried before it is waited for: what has arrived needs no token, which a server makes when it is asked for one.
        if (body.TryRead(out var read))
        {
            if (read.IsCompleted)
            {
                return new ValueTask<BodyValue<T>>(Read(body, read.Buffer));
            }
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
        return ReadOnAsync(http, body, request.Disconnected);
    }

    private async ValueTask<BodyValue<T>> ReadOnAsync(HttpConnection http, PipeReader body, CancellationToken disconnected)
    {
        var read = await body.ReadAsync(disconnected);
        while (!read.IsCompleted && read.Buffer.Length < MostAtOnce && http.RequestHeaders.ContentLength <= MostAtOnce)
        {
            // Nothing is consumed: the pipe keeps it in its own pooled segments.
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync(disconnected);
        }
        if (read.IsCompleted)
        {
            return Read(body, read.Buffer);
        }
        body.AdvanceTo(read.Buffer.Start);
        try
        {
            return new BodyValue<T>(true, await JsonSerializer.DeserializeAsync(body, type, disconnected));
        }
        catch (JsonException exception)
        {
            throw JsonProblem.Error(exception, type);
        }
        catch (NotSupportedException exception)
        {
            throw JsonProblem.Error(exception);
        }
    }

    private BodyValue<T> Read(PipeReader body, in ReadOnlySequence<byte> bytes)
    {
        byte[]? rented = null;
        try
        {
            if (bytes.IsEmpty)
            {
                return BodyValue<T>.Absent;
            }
            var text = bytes.FirstSpan;
            if (!bytes.IsSingleSegment)
            {
                rented = ArrayPool<byte>.Shared.Rent((int)bytes.Length);
                bytes.CopyTo(rented);
                text = rented.AsSpan(0, (int)bytes.Length);
            }
            // A byte order mark is no part of the text (RFC 8259, section 8.1).
            return new BodyValue<T>(true, JsonSerializer.Deserialize(text.StartsWith("\uFEFF"u8) ? text[3..] : text, type));
        }
        catch (JsonException exception)
        {
            throw JsonProblem.Error(exception, type);
        }
        catch (NotSupportedException exception)
        {
            throw JsonProblem.Error(exception);
        }
        finally
        {
            body.AdvanceTo(bytes.End);
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}

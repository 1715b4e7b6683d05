using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>An async sequence as JSON while it is made: one array, or a line for each item (https://jsonlines.org). What waits is sent whenever the sequence does.</summary>
/// <param name="items">The sequence.</param>
/// <param name="asLines">Whether each item is a line; null to go by <c>Accept</c>.</param>
/// <param name="status">The status.</param>
internal sealed class SequenceResponse<T>(IAsyncEnumerable<T> items, bool? asLines, int status) : Response(status)
{
    // As much as a pipe's segments take without growing.
    private const int MostUnsent = 16 * 1024;

    protected override async ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        var lines = asLines ?? Negotiation.AsLines(connection, request.App.Options.StrictAccept);
        connection.ResponseHeaders.ContentType = ContentTypeOr(lines ? Negotiation.Lines : BodyWriter.JsonText);
        if (request.Method == "HEAD")
        {
            return;
        }
        var time = request.App.Provider.GetRequiredService<TimeProvider>();
        var options = request.App.Json;
        var declared = JsonShape.Declared(typeof(T), options);
        using var writer = new Utf8JsonWriter(connection.ResponseBody, new JsonWriterOptions { Encoder = options.Encoder, SkipValidation = true });
        await using var source = items.GetAsyncEnumerator(request.Disconnected);
        for (var count = 0; ; count++)
        {
            var moving = source.MoveNextAsync();
            // Nothing goes out before there is an item: until then a failure is still a clean answer.
            if (count > 0 && (!moving.IsCompleted || connection.ResponseBody.UnflushedBytes > MostUnsent)
                && !await TimedFlush.FlushAsync(connection, time, request.Disconnected))
            {
                await EndAsync(moving);
                return;
            }
            if (!await moving)
            {
                End(connection, lines, count);
                return;
            }
            Begin(connection, lines, count);
            JsonSerializer.Serialize(writer, source.Current, declared ?? options.GetTypeInfo(source.Current?.GetType() ?? typeof(T)));
            writer.Flush();
            writer.Reset();
        }
    }

    private static void Begin(HttpConnection connection, bool lines, int count) => connection.ResponseBody.Write(lines ? (count > 0 ? "\n"u8 : default) : count > 0 ? ","u8 : "["u8);

    private static void End(HttpConnection connection, bool lines, int count) => connection.ResponseBody.Write(lines ? (count > 0 ? "\n"u8 : default) : count > 0 ? "]"u8 : "[]"u8);

    // The sequence must have stopped before it can be disposed of.
    private static async ValueTask EndAsync(ValueTask<bool> moving) => await ((Task)moving.AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

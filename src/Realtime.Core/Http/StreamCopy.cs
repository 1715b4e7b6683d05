using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Sends a stream's bytes as they come, at the pace of the peer.</summary>
internal static class StreamCopy
{
    private const int ChunkSize = 16 * 1024;

    /// <summary>Sends so many bytes, or all there are.</summary>
    /// <exception cref="EndOfStreamException">The stream ended before so many bytes.</exception>
    public static async ValueTask SendAsync(HttpConnection http, Stream source, long? count, TimeProvider time)
    {
        var body = http.ResponseBody;
        for (var left = count ?? long.MaxValue; left > 0;)
        {
            var room = body.GetMemory(ChunkSize);
            var read = await source.ReadAsync(room[..(int)Math.Min(room.Length, left)], http.Disconnected);
            if (read == 0)
            {
                if (count is not null)
                {
                    throw new EndOfStreamException($"The stream ended {left} bytes early: it is shorter than it said.");
                }
                return;
            }
            body.Advance(read);
            left -= read;
            if (!await TimedFlush.FlushAsync(http, time, http.Disconnected) || http.Disconnected.IsCancellationRequested)
            {
                return;
            }
        }
    }
}

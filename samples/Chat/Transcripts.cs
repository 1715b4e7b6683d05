using System.Globalization;
using System.Text;
using Realtime;

namespace Chat;

/// <summary>
/// Writes rooms to files, page by page. Each page is a step of its job that remembers how far the file had come, so that after a
/// crash the job goes on behind the last page it is sure of, and cuts off what was written beyond it.
/// </summary>
/// <param name="folder">Where the files are kept.</param>
/// <param name="rest">How long to rest after a page: zero, unless somebody wants to watch.</param>
sealed class Transcripts(string folder, TimeSpan rest, MessageStore store)
{
    private const int SmallestPage = 25;
    private const int MostPages = 100;

    /// <summary>The file of a finished transcript.</summary>
    public string PathOf(Message message) => Path.Combine(folder, $"{message.Room}-{message.Id}.txt");

    /// <summary>Writes all of a room up to the message that asked for it.</summary>
    public async Task<Transcript> WriteAsync(Message request, JobContext job, TimeProvider time)
    {
        Directory.CreateDirectory(folder);
        var unfinished = Path.Combine(folder, $"{job.Id:N}.part");
        var pageSize = (int)Math.Max(SmallestPage, request.Id / MostPages);
        var written = new Cursor(LastId: 0, Messages: 0, Bytes: 0);
        for (var page = 1; written.LastId < request.Id; page++)
        {
            var from = written;
            written = await job.StepAsync($"page {page}", () => AppendAsync(unfinished, from, request, pageSize, job.Cancellation));
            await job.ReportAsync(written.LastId / (double)request.Id, $"{written.Messages:N0} of {request.Id:N0} messages");
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, time, job.Cancellation);
            }
        }
        if (File.Exists(unfinished))
        {
            File.Move(unfinished, PathOf(request), overwrite: true);
        }
        return new Transcript(written.Messages, written.Bytes);
    }

    private async Task<Cursor> AppendAsync(string path, Cursor from, Message request, int pageSize, CancellationToken cancellationToken)
    {
        var page = store.Read(request.Room, before: request.Id + 1, after: from.LastId, limit: pageSize);
        var text = new StringBuilder();
        if (from.LastId == 0)
        {
            text.Append($"The room {request.Room}, for {request.User}. All times are UTC.\n");
        }
        foreach (var message in page)
        {
            AppendTo(text, message);
        }
        await using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write);
        file.SetLength(from.Bytes);
        file.Seek(0, SeekOrigin.End);
        await file.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
        // The step is remembered on disk, so what it did must be there first.
        file.Flush(flushToDisk: true);
        return new Cursor(page.Count == 0 ? request.Id : page[^1].Id, from.Messages + page.Count, file.Length);
    }

    private static void AppendTo(StringBuilder text, Message message)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(message.At);
        var said = message.Kind switch
        {
            MessageKind.Remind => $"(asks to be reminded: {message.Text})",
            MessageKind.Reminder => $"(is reminded: {message.Text})",
            MessageKind.Export => "(asks for a transcript)",
            _ => message.Text,
        };
        text.Append(CultureInfo.InvariantCulture, $"\n{at:yyyy-MM-dd HH:mm}  {message.User}: {said.ReplaceLineEndings("\n                  ")}");
    }

    /// <summary>How far a transcript has come.</summary>
    private sealed record Cursor(long LastId, long Messages, long Bytes);
}

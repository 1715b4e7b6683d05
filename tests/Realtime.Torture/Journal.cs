using System.Globalization;

namespace Realtime.Torture;

/// <summary>What a process did, line by line in a file. A line that is written survives the process.</summary>
internal sealed class Journal(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    public void Write(string what, Guid id, int attempt)
    {
        // One write per line, past all buffers of this process.
        var line = System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{what} {id} {attempt} {Environment.ProcessId} {Environment.TickCount64}\n"));
        lock (_file)
        {
            _file.Write(line);
        }
    }

    public void Dispose() => _file.Dispose();

    public static IEnumerable<JournalLine> Read(string folder) =>
        from file in Directory.EnumerateFiles(folder, "*.journal")
        from line in File.ReadLines(file)
        let words = line.Split(' ')
        where words.Length == 5
        select new JournalLine(
            words[0], Guid.Parse(words[1]), int.Parse(words[2], CultureInfo.InvariantCulture), int.Parse(words[3], CultureInfo.InvariantCulture), long.Parse(words[4], CultureInfo.InvariantCulture));
}

/// <summary>One thing a worker did.</summary>
/// <param name="What"><c>start</c> of an attempt, its <c>end</c>, or <c>done</c>: the store accepted its outcome.</param>
/// <param name="Id">The job.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Process">The worker's process id.</param>
/// <param name="At">When, in milliseconds since the machine started.</param>
internal sealed record JournalLine(string What, Guid Id, int Attempt, int Process, long At);

using System.Text;
using System.Text.Json;

namespace Realtime.Producer;

/// <summary>A CSV file (RFC 4180, without line breaks inside of fields): cut into parts that jobs import, each into a file of JSON lines.</summary>
internal static class CsvFile
{
    private const byte LineFeed = (byte)'\n';

    /// <summary>Cuts a file at line breaks, reading it once and keeping none of it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="folder">Where the parts go.</param>
    /// <param name="rows">How many rows a part has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async IAsyncEnumerable<ImportRows> CutAsync(
        string path, string folder, int rows, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var (buffer, position, from, lines, part) = (new byte[1 << 16], 0L, 0L, 0, 0);
        var heading = new MemoryStream();
        string[]? columns = null;
        int read;
        while ((read = await file.ReadAsync(buffer, cancellationToken)) > 0)
        {
            for (var index = 0; index < read; index++)
            {
                position++;
                if (columns is null)
                {
                    heading.WriteByte(buffer[index]);
                    if (buffer[index] == LineFeed)
                    {
                        (columns, from) = (Fields(Encoding.UTF8.GetString(heading.ToArray()).TrimEnd('\r', '\n')), position);
                    }
                }
                else if (buffer[index] == LineFeed && ++lines == rows)
                {
                    yield return Part(position);
                    (from, lines) = (position, 0);
                }
            }
        }
        if (columns is not null && position > from)
        {
            yield return Part(position);
        }

        ImportRows Part(long to) => new(Path.GetFullPath(path), columns!, from, to, Path.Combine(Path.GetFullPath(folder), $"part-{part++:D6}.jsonl"));
    }

    /// <summary>Imports some rows: the job's handler.</summary>
    public static async Task<Imported> ImportAsync(ImportRows args, JobContext job)
    {
        await using var file = File.OpenRead(args.File);
        file.Position = args.From;
        var bytes = new byte[args.To - args.From];
        await file.ReadExactlyAsync(bytes, job.Cancellation);
        var lines = Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (faulty, part) = (0, new MemoryStream());
        for (var index = 0; index < lines.Length; index++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var fields = Fields(lines[index].TrimEnd('\r'));
            if (fields.Length == args.Columns.Length)
            {
                JsonSerializer.Serialize(part, args.Columns.Zip(fields).ToDictionary(static pair => pair.First, static pair => pair.Second));
                part.WriteByte(LineFeed);
            }
            else
            {
                faulty++;
            }
            await job.ReportAsync((index + 1.0) / lines.Length, $"{index + 1} of {lines.Length} rows");
        }
        await WholeFile.WriteAsync(args.Part, part.ToArray(), job.Cancellation);
        return new Imported(lines.Length - faulty, faulty);
    }

    /// <summary>The fields of a line.</summary>
    public static string[] Fields(string line)
    {
        var (fields, field, isQuoted) = (new List<string>(), new StringBuilder(), false);
        for (var index = 0; index < line.Length; index++)
        {
            var letter = line[index];
            if (letter == '"' && isQuoted && index + 1 < line.Length && line[index + 1] == '"')
            {
                field.Append('"');
                index++;
            }
            else if (letter == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (letter == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(letter);
            }
        }
        fields.Add(field.ToString());
        return [.. fields];
    }
}

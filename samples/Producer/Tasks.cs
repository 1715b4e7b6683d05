using System.Globalization;

namespace Realtime.Producer;

/// <summary>One image to be made smaller.</summary>
internal sealed record Shrink(string From, string To, int Width);

/// <summary>Some rows of a CSV file: from one byte to another, the heading not among them.</summary>
internal sealed record ImportRows(string File, string[] Columns, long From, long To, string Part);

/// <summary>What came of some rows.</summary>
internal sealed record Imported(int Rows, int Faulty);

/// <summary>The kinds of jobs that producer and workers share. A producer only names them; a worker says what they do.</summary>
internal sealed class Tasks
{
    public Tasks(JobQueue jobs, bool runs)
    {
        // A PNG that cannot be read now will not be readable later.
        var options = new JobOptions { Queue = "images", MaxAttempts = 3, Timeout = TimeSpan.FromMinutes(5) };
        Shrink = jobs.Define<Shrink>("image.shrink", runs ? ShrinkAsync : null, options);
        Import = jobs.Define<ImportRows, Imported>("csv.import", runs ? CsvFile.ImportAsync : null, options with { Queue = "csv" });
    }

    public Job<Shrink> Shrink { get; }

    public Job<ImportRows, Imported> Import { get; }

    private static async Task ShrinkAsync(Shrink args, JobContext job)
    {
        Image image;
        try
        {
            image = Png.Read(await File.ReadAllBytesAsync(args.From, job.Cancellation));
        }
        catch (InvalidDataException exception)
        {
            throw new JobGiveUpException($"{args.From}: {exception.Message}");
        }
        await job.ReportAsync(0.5, string.Create(CultureInfo.InvariantCulture, $"{image.Width} × {image.Height}"));
        await WholeFile.WriteAsync(args.To, Png.Write(image.Shrink(args.Width)), job.Cancellation);
    }
}

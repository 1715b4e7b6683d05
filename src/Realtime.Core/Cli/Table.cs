namespace Realtime.Cli;

/// <summary>Writes rows in columns as wide as they must be.</summary>
internal static class Table
{
    public static void Write(string[][] rows, TextWriter output)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}

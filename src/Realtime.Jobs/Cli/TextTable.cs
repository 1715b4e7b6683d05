namespace Realtime.Jobs;

/// <summary>Rows of text in columns, for people and for <c>cut</c>: as wide as they need to be, numbers to the right.</summary>
internal static class TextTable
{
    private const string Gap = "  ";

    /// <summary>Writes a table.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="columns">The headings; one that begins with <c>&gt;</c> is of a column that is aligned to the right.</param>
    /// <param name="rows">The rows, each as long as the headings.</param>
    public static void Write(TextWriter output, string[] columns, IReadOnlyList<string[]> rows)
    {
        string[] headings = [.. columns.Select(static column => column.TrimStart('>'))];
        int[] widths = [.. headings.Select((heading, index) => rows.Select(row => row[index].Length).Append(heading.Length).Max())];
        foreach (var row in rows.Prepend(headings))
        {
            var cells = row.Select((cell, index) => columns[index].StartsWith('>') ? cell.PadLeft(widths[index]) : cell.PadRight(widths[index]));
            output.WriteLine(string.Join(Gap, cells).TrimEnd());
        }
    }
}

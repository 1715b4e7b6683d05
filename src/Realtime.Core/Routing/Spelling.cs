namespace Realtime.Routing;

/// <summary>Guesses what somebody meant who misspelled a name.</summary>
internal static class Spelling
{
    /// <summary>The name nearest to what was written; null where none is near.</summary>
    public static string? Nearest(string written, IEnumerable<string> names)
    {
        var last = written[(written.LastIndexOf('.') + 1)..];
        var (nearest, least) = ((string?)null, Math.Max(2, written.Length / 3) + 1);
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            // The right name of the wrong blueprint, or of none, is nearer than any misspelling.
            var distance = string.Equals(name[(name.LastIndexOf('.') + 1)..], last, StringComparison.OrdinalIgnoreCase) ? 1 : Distance(written, name);
            if (distance < least)
            {
                (nearest, least) = (name, distance);
            }
        }
        return nearest;
    }

    /// <summary>How many letters must be changed, added or left out (Levenshtein).</summary>
    private static int Distance(string one, string other)
    {
        var row = new int[other.Length + 1];
        for (var column = 0; column <= other.Length; column++)
        {
            row[column] = column;
        }
        for (var line = 1; line <= one.Length; line++)
        {
            var diagonal = row[0];
            row[0] = line;
            for (var column = 1; column <= other.Length; column++)
            {
                var change = char.ToUpperInvariant(one[line - 1]) == char.ToUpperInvariant(other[column - 1]) ? 0 : 1;
                (diagonal, row[column]) = (row[column], Math.Min(Math.Min(row[column] + 1, row[column - 1] + 1), diagonal + change));
            }
        }
        return row[^1];
    }
}

using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Realtime.Middleware;

/// <summary>Finds the compressed forms of a file that lie beside it, and chooses one.</summary>
internal static class Precompressed
{
    // The better one first, for clients that like both as much.
    private static readonly (string Ending, string Encoding)[] Known = [(".br", "br"), (".gz", "gzip")];

    /// <summary>One compressed form.</summary>
    /// <param name="Path">Where it lies.</param>
    /// <param name="Encoding">Its name in <c>Content-Encoding</c>.</param>
    public sealed record Form(string Path, string Encoding);

    /// <summary>The forms that are there and no older than the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="real">A path without links, or null for one that must not be opened.</param>
    public static List<Form> Of(string file, Func<string, string?> real)
    {
        List<Form> forms = [];
        foreach (var (ending, encoding) in Known)
        {
            if (File.Exists(file + ending) && real(file + ending) is { } path && File.GetLastWriteTimeUtc(path) >= File.GetLastWriteTimeUtc(file))
            {
                forms.Add(new Form(path, encoding));
            }
        }
        return forms;
    }

    /// <summary>The form that a client takes and likes best (RFC 9110, section 12.5.3); null for the file itself.</summary>
    public static Form? Choose(StringValues accepted, List<Form> forms)
    {
        Form? best = null;
        var most = 0.0;
        foreach (var form in forms)
        {
            if (Quality(accepted, form.Encoding) is var quality && quality > most)
            {
                (best, most) = (form, quality);
            }
        }
        return best is not null && most >= Quality(accepted, "identity", absent: 0) ? best : null;
    }

    private static double Quality(StringValues accepted, string encoding, double? absent = null)
    {
        double? any = absent;
        foreach (var line in accepted)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var element = line.AsSpan()[range];
                var name = element[..(element.IndexOf(';') is >= 0 and var at ? at : element.Length)].Trim();
                if (name.Equals(encoding, StringComparison.OrdinalIgnoreCase))
                {
                    return QualityOf(element);
                }
                if (absent is null && name is "*")
                {
                    any = QualityOf(element);
                }
            }
        }
        return any ?? 0;
    }

    private static double QualityOf(ReadOnlySpan<char> element)
    {
        foreach (var range in element.Split(';'))
        {
            var parameter = element[range].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
            {
                return double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quality) ? quality : 0;
            }
        }
        return 1;
    }
}

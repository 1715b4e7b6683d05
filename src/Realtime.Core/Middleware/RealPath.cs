namespace Realtime.Middleware;

/// <summary>Follows every symbolic link of a path, so that what is opened can be compared with where it may lie.</summary>
internal static class RealPath
{
    // As many as Linux follows before it says ELOOP.
    private const int MostLinks = 40;

    /// <summary>The path without links, or null where they go in circles. What does not exist stays as it is.</summary>
    public static string? Of(string path)
    {
        var rest = Path.GetFullPath(path);
        for (var links = 0; links <= MostLinks; links++)
        {
            if (Next(rest) is not { } next)
            {
                return rest;
            }
            rest = next;
        }
        return null;
    }

    /// <summary>The path with its first link replaced by what it points to, or null where there is no link.</summary>
    private static string? Next(string path)
    {
        var root = Path.GetPathRoot(path) ?? "";
        var current = root;
        var pieces = path[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        for (var index = 0; index < pieces.Length; index++)
        {
            var next = Path.Join(current, pieces[index]);
            if (new FileInfo(next).LinkTarget is { } target)
            {
                return Path.GetFullPath(Path.Join([Path.GetFullPath(target, current), .. pieces[(index + 1)..]]));
            }
            current = next;
        }
        return null;
    }
}

using Realtime.Http;
using Realtime.Protocol;

namespace Realtime.Middleware;

/// <summary>Finds the files of one folder by the paths that requests ask for, and nothing outside of it.</summary>
internal sealed class StaticFolder
{
    private readonly string _prefix;
    private readonly string _root;

    private StaticFolder(string prefix, string root)
    {
        _prefix = prefix == "/" ? "" : prefix;
        _root = root;
    }

    /// <summary>Opens a folder for the paths below a prefix.</summary>
    /// <exception cref="InvalidOperationException">The folder is missing; the message says where it was looked for.</exception>
    public static StaticFolder Open(string prefix, string folder)
    {
        // The program's own folder before the current one: an app that is started from elsewhere must not serve a stranger's files.
        string?[] places = [AppContext.GetData("EntryPointFileDirectoryPath") as string, AppContext.BaseDirectory, Environment.CurrentDirectory];
        string[] candidates = [.. places.OfType<string>().Select(place => Path.GetFullPath(folder, place)).Distinct(StringComparer.Ordinal)];
        if (Array.Find(candidates, Directory.Exists) is { } found && RealPath.Of(found) is { } root)
        {
            return new StaticFolder(prefix, Path.TrimEndingDirectorySeparator(root));
        }
        throw new InvalidOperationException(
            $"The folder '{folder}' for static files does not exist: make it, or correct app.Static(\"{prefix}\", ...). Looked for {string.Join(", ", candidates)}.");
    }

    /// <summary>Answers with the file that a path stands for; null where there is none.</summary>
    public Response? Find(HttpConnection http)
    {
        if (Map(http.Path) is not { } mapped || RealPath.Of(mapped) is not { } real || !IsInside(real))
        {
            return null;
        }
        var file = new FileInfo(real);
        if (Directory.Exists(real))
        {
            file = new FileInfo(Path.Combine(real, "index.html"));
            if (!file.Exists || RealPath.Of(file.FullName) is not { } index || !IsInside(index))
            {
                return null;
            }
            if (!http.Path.EndsWith('/'))
            {
                // Links in the page are relative to the folder only behind its slash.
                return Response.Redirect(http.RootPath + string.Join('/', http.Path.Split('/').Select(Uri.EscapeDataString)) + "/" + http.QueryString, status: 308);
            }
            file = new FileInfo(index);
        }
        else if (!file.Exists || http.Path.EndsWith('/'))
        {
            return null;
        }
        return new FileResponse(file.FullName, MediaType.Of(file.Name), downloadName: null, status: 200) { Headers = { ["Cache-Control"] = "no-cache" } };
    }

    private string? Map(string path)
    {
        if (!path.StartsWith(_prefix, StringComparison.Ordinal) || (path.Length > _prefix.Length && path[_prefix.Length] != '/'))
        {
            return null;
        }
        var relative = path.AsSpan(_prefix.Length).Trim('/');
        if (path.Contains("//", StringComparison.Ordinal) || relative.ContainsAny('\\', '\0', ':'))
        {
            return null;
        }
        foreach (var range in relative.Split('/'))
        {
            // Covers "." and ".." and hidden files (.env, .git) alike; .well-known is there to be seen (RFC 8615).
            if (relative[range] is ['.', ..] and not ".well-known")
            {
                return null;
            }
        }
        return Path.Join(_root, relative);
    }

    private bool IsInside(string real) =>
        real.StartsWith(_root, StringComparison.Ordinal) && (real.Length == _root.Length || real[_root.Length] == Path.DirectorySeparatorChar);
}

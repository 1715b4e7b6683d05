using System.Globalization;
using Realtime.Http;
using Realtime.Protocol;

namespace Realtime.Middleware;

/// <summary>Finds the files of one folder by the paths that requests ask for, and nothing outside of it.</summary>
internal sealed class StaticFolder
{
    private readonly string _prefix;
    private readonly string _root;
    private readonly StaticOptions _options;
    private readonly string _cacheControl;

    private StaticFolder(string prefix, string root, StaticOptions options)
    {
        _prefix = prefix == "/" ? "" : prefix;
        _root = root;
        _options = options;
        _cacheControl = options.MaxAge is { } age
            ? string.Create(CultureInfo.InvariantCulture, $"public, max-age={(long)age.TotalSeconds}{(options.IsImmutable ? ", immutable" : "")}")
            : "no-cache";
    }

    /// <summary>Opens a folder for the paths below a prefix.</summary>
    /// <exception cref="InvalidOperationException">The folder is missing; the message says where it was looked for.</exception>
    public static StaticFolder Open(string prefix, string folder, StaticOptions options)
    {
        // The program's own folder before the current one: an app that is started from elsewhere must not serve a stranger's files.
        string?[] places = [AppContext.GetData("EntryPointFileDirectoryPath") as string, AppContext.BaseDirectory, Environment.CurrentDirectory];
        string[] candidates = [.. places.OfType<string>().Select(place => Path.GetFullPath(folder, place)).Distinct(StringComparer.Ordinal)];
        if (Array.Find(candidates, Directory.Exists) is { } found && RealPath.Of(found) is { } root)
        {
            return new StaticFolder(prefix, Path.TrimEndingDirectorySeparator(root), options);
        }
        throw new InvalidOperationException(
            $"The folder '{folder}' for static files does not exist{(Array.Exists(candidates, File.Exists) ? ", but a file of this name" : "")}: make it, or correct app.Static(\"{prefix}\", ...). Looked for {string.Join(", ", candidates)}.");
    }

    /// <summary>Answers with the file that a path stands for; null where there is none.</summary>
    public Response? Find(HttpConnection http)
    {
        if (Map(http.Path) is not { } mapped)
        {
            return null;
        }
        var isFolder = http.Path.EndsWith('/');
        if (Real(mapped) is { } real)
        {
            if (!Directory.Exists(real))
            {
                if (!isFolder && File.Exists(real))
                {
                    return Answer(http, real, Path.GetFileName(mapped));
                }
            }
            else if (_options.Index is { } index && Real(Path.Join(real, index)) is { } file && File.Exists(file))
            {
                // Links in the page are relative to the folder only behind its slash.
                return isFolder
                    ? Answer(http, file, index)
                    : Response.Redirect(http.RootPath + string.Join('/', http.Path.Split('/').Select(Uri.EscapeDataString)) + "/" + http.QueryString, status: 308);
            }
        }
        return _options.Fallback is { } fallback && http.RequestHeaders["Accept"].ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            && Real(Path.Join(_root, fallback)) is { } page && File.Exists(page)
                ? Answer(http, page, fallback)
                : null;
    }

    private FileResponse Answer(HttpConnection http, string file, string name)
    {
        var type = _options.Types?.GetValueOrDefault(Path.GetExtension(name)) ?? MediaType.Of(name);
        var cacheControl = _options.CacheControl?.Invoke(Path.GetRelativePath(_root, file).Replace(Path.DirectorySeparatorChar, '/')) ?? _cacheControl;
        if (_options.Precompressed && Precompressed.Of(file, Real) is { Count: > 0 } forms)
        {
            var form = Precompressed.Choose(http.RequestHeaders["Accept-Encoding"], forms);
            return new FileResponse(form?.Path ?? file, type, downloadName: null, status: 200, form?.Encoding)
            {
                Headers = { ["Cache-Control"] = cacheControl, ["Vary"] = "Accept-Encoding", ["Content-Encoding"] = form?.Encoding },
            };
        }
        return new FileResponse(file, type, downloadName: null, status: 200) { Headers = { ["Cache-Control"] = cacheControl } };
    }

    /// <summary>The file or folder that a path would be; null where the path is not for this folder, or for what nobody is to see.</summary>
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

    /// <summary>A path without links; null where it leads out of the folder.</summary>
    private string? Real(string path) =>
        RealPath.Of(path) is { } real && real.StartsWith(_root, StringComparison.Ordinal)
        && (real.Length == _root.Length || _root.EndsWith(Path.DirectorySeparatorChar) || real[_root.Length] == Path.DirectorySeparatorChar)
            ? real
            : null;
}

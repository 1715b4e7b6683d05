using System.Reflection;

namespace Realtime.Cli;

/// <summary>Where the running program was built from.</summary>
/// <param name="Path">The file that <c>dotnet build</c> takes: a program of one file, or a project.</param>
/// <param name="Configuration">How it was built: <c>Debug</c>, <c>Release</c>.</param>
internal sealed record ProgramSource(string Path, string Configuration)
{
    private static readonly string[] Extensions = [".cs", ".csproj", ".props", ".targets", ".json", ".razor", ".cshtml", ".resx"];
    private static readonly string[] Ignored = ["bin", "obj", "node_modules", "artifacts"];

    /// <summary>Whether it is a program of one file, beside which others may have nothing to do with it.</summary>
    public bool IsOneFile => Path.EndsWith(".cs", StringComparison.OrdinalIgnoreCase);

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Finds the source; null where the program was published, or its source is elsewhere.</summary>
    public static ProgramSource? Find()
    {
        var parts = AppContext.BaseDirectory.Split(System.IO.Path.DirectorySeparatorChar);
        var configuration = parts.Contains("release", StringComparer.OrdinalIgnoreCase) ? "Release" : "Debug";
        if (AppContext.GetData("EntryPointFilePath") is string file && File.Exists(file))
        {
            return new ProgramSource(file, configuration);
        }
        var name = Assembly.GetEntryAssembly()?.GetName().Name;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.GetFiles("*.csproj") is { Length: > 0 } projects)
            {
                var project = Array.Find(projects, project => System.IO.Path.GetFileNameWithoutExtension(project.Name) == name) ?? projects[0];
                return new ProgramSource(project.FullName, configuration);
            }
        }
        return null;
    }

    /// <summary>Whether a change of a file makes another program.</summary>
    public bool IsPart(string changed)
    {
        if (!Extensions.Contains(System.IO.Path.GetExtension(changed), StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }
        return !System.IO.Path.GetRelativePath(Folder, changed).Split(System.IO.Path.DirectorySeparatorChar)
            .Any(static part => part.StartsWith('.') || Ignored.Contains(part, StringComparer.OrdinalIgnoreCase));
    }
}

namespace Realtime.Integration.Tests;

/// <summary>Where things lie in the repository that the tests run from.</summary>
internal static class Repository
{
    /// <summary>The folder with <c>Realtime.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Realtime.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"There is no Realtime.sln above {AppContext.BaseDirectory}.");
        }
        return folder.FullName;
    }
}

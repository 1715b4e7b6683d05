namespace Realtime.Core.Tests;

/// <summary>A folder for one test, deleted behind it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("realtime-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

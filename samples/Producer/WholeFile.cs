namespace Realtime.Producer;

/// <summary>Writes a file that is there as a whole or not at all, whenever the program ends: what a job does should bear being done twice.</summary>
internal static class WholeFile
{
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Of this attempt alone: one that lost its lease may still be writing.
        var unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        await File.WriteAllBytesAsync(unfinished, bytes, cancellationToken);
        File.Move(unfinished, path, overwrite: true);
    }
}

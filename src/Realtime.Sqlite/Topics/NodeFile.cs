using System.Text;

namespace Realtime.Sqlite;

/// <summary>
/// The file beside a history that one process at a time holds. It knows which opening of the history was the last: a history that remembers another one was put back
/// from a backup, and clients may have seen events that it has not.
/// </summary>
/// <param name="stream">The file, held.</param>
internal sealed class NodeFile(FileStream stream) : IAsyncDisposable
{
    /// <summary>The last opening; empty where there was none.</summary>
    public string Read()
    {
        var bytes = new byte[64];
        stream.Position = 0;
        return Encoding.UTF8.GetString(bytes.AsSpan(0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
    }

    /// <summary>Notes an opening, and waits until it is on the disk.</summary>
    public void Write(string opening)
    {
        stream.SetLength(0);
        stream.Position = 0;
        stream.Write(Encoding.UTF8.GetBytes(opening));
        stream.Flush(flushToDisk: true);
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}

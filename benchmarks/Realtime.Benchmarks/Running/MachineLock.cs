using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Realtime.Benchmarks.Running;

/// <summary>Holds the advisory lock that the command <c>flock</c> takes too, so that a machine shared with builds is quiet.</summary>
internal sealed partial class MachineLock : IDisposable
{
    private const int Exclusive = 2;
    private const int CreateAndWriteClosedOnExec = 0x80041;
    private const int None = -1;
    private readonly int _file;

    private MachineLock(int file) => _file = file;

    /// <summary>Waits for the lock on a thread of its own; null for no file and no wait.</summary>
    public static Task<MachineLock> TakeAsync(string? path, CancellationToken cancellationToken) => path is null
        ? Task.FromResult(new MachineLock(None))
        : Task.Run(() =>
        {
            // Not File.Open: it takes a lock of its own kind on the way, and fails where somebody holds this one.
            var file = Open(path, CreateAndWriteClosedOnExec, 0x1A4);
            return file >= 0 && Lock(file, Exclusive) == 0 ? new MachineLock(file) : throw new Win32Exception(Marshal.GetLastPInvokeError(), path);
        }, cancellationToken).WaitAsync(cancellationToken);

    public void Dispose()
    {
        if (_file != None)
        {
            _ = Close(_file);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(int file, int operation);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}

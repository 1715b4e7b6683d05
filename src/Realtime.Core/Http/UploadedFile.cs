using Microsoft.Win32.SafeHandles;
using Realtime.Http;

namespace Realtime;

/// <summary>A file of a form, kept in memory or on disk until the request is over.</summary>
public sealed class UploadedFile
{
    private readonly SafeFileHandle? _disk;
    private byte[]? _bytes;

    internal UploadedFile(FormPart part, byte[] bytes)
        : this(part, bytes, null, bytes.Length)
    {
    }

    internal UploadedFile(FormPart part, SafeFileHandle disk, long length)
        : this(part, null, disk, length)
    {
    }

    private UploadedFile(FormPart part, byte[]? bytes, SafeFileHandle? disk, long length)
    {
        (Name, FileName, ContentType) = (part.Name, part.FileName ?? "", part.ContentType ?? BodyWriter.Binary);
        (_bytes, _disk, Length) = (bytes, disk, length);
    }

    /// <summary>The name of the field it was chosen for.</summary>
    public string Name { get; }

    /// <summary>
    /// The file's name as the client has it, without its folders. It comes from outside: show it, but make the name of what you save yourself.
    /// </summary>
    public string FileName { get; }

    /// <summary>What the client says that it is, such as <c>image/png</c>: a claim, not a fact.</summary>
    public string ContentType { get; }

    /// <summary>How many bytes it has.</summary>
    public long Length { get; }

    /// <summary>Opens the file for reading, from its start. Each call gives a stream of its own.</summary>
    /// <exception cref="ObjectDisposedException">The request is over.</exception>
    public Stream OpenRead()
    {
        if (_disk is not null)
        {
            ObjectDisposedException.ThrowIf(_disk.IsClosed, this);
            return new UploadStream(_disk, Length);
        }
        return new MemoryStream(_bytes ?? throw new ObjectDisposedException(nameof(UploadedFile), "The request is over: save the file before its handler returns."), writable: false);
    }

    /// <summary>Reads the file whole.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<byte[]> ReadBytesAsync(CancellationToken cancellationToken = default)
    {
        var bytes = new byte[Length];
        await using var source = OpenRead();
        await source.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    /// <summary>Writes the file to the server's disk, over one that is there.</summary>
    /// <param name="path">Where: never made of <see cref="FileName"/> alone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask SaveAsync(string path, CancellationToken cancellationToken = default)
    {
        await using var source = OpenRead();
        await using var target = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await source.CopyToAsync(target, cancellationToken);
    }

    internal void Release()
    {
        _bytes = null;
        _disk?.Dispose();
    }
}

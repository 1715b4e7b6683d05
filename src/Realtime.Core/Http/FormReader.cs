using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Realtime.Http;

/// <summary>Reads a form whole, within its limits: fields into memory, files into memory or onto the disk.</summary>
internal sealed class FormReader(Request request, FormLimits limits)
{
    private const int ChunkSize = 64 * 1024;

    private readonly Dictionary<string, StringValues> _fields = new(StringComparer.Ordinal);
    private readonly List<UploadedFile> _files = [];
    private int _parts;
    private long _memory;

    public async ValueTask<Form> ReadAsync()
    {
        var form = new Form(_fields, _files);
        var contentType = request.Headers.ContentType;
        if (contentType is null)
        {
            // Nothing was sent at all: every field is absent, which says more to the peer than a 415.
            return request.Headers.ContentLength is null or 0 && !request.Headers.Contains("Transfer-Encoding") ? form : throw Unsupported(contentType);
        }
        try
        {
            if (MediaRange.Is(MediaRange.TypeOf(contentType), "application/x-www-form-urlencoded"))
            {
                await ReadPairsAsync();
            }
            else if (MediaRange.Is(MediaRange.TypeOf(contentType), "multipart/form-data"))
            {
                await foreach (var part in MultipartParts.ReadAsync(request, limits, request.Disconnected))
                {
                    await AddAsync(part);
                }
            }
            else
            {
                throw Unsupported(contentType);
            }
            return form;
        }
        catch
        {
            form.Release();
            throw;
        }
    }

    public static HttpError Unsupported(string? contentType) => new(
        415, $"The body's Content-Type is '{contentType ?? "absent"}': send a form as application/x-www-form-urlencoded or multipart/form-data.");

    private async ValueTask ReadPairsAsync()
    {
        MultipartParts.ApplyBodyLimit(request, limits);
        var body = request.Body;
        while (true)
        {
            var read = await body.ReadAsync(request.Disconnected);
            if (read.Buffer.Length > limits.MaxMemory)
            {
                body.AdvanceTo(read.Buffer.End);
                throw new HttpError(413, $"The form's fields are larger than the {limits.MaxMemory} bytes that are kept here: send files as multipart/form-data.");
            }
            if (read.IsCompleted)
            {
                var text = Decode(read.Buffer);
                body.AdvanceTo(read.Buffer.End);
                AddPairs(text);
                return;
            }
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private void AddPairs(string text)
    {
        foreach (var pair in new QueryStringEnumerable(text))
        {
            Count();
            Add(pair.DecodeName().ToString(), pair.DecodeValue().ToString());
        }
    }

    private static string Decode(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
        {
            return PartText.Decode(bytes.FirstSpan, "$");
        }
        return PartText.Decode(bytes.ToArray(), "$");
    }

    private async ValueTask AddAsync(FormPart part)
    {
        if (part.FileName is null)
        {
            Count();
            var text = await PartText.ReadAsync(part, (int)(limits.MaxMemory - _memory), request.Disconnected);
            _memory += Encoding.UTF8.GetByteCount(text) + part.Name.Length;
            Add(part.Name, text);
            return;
        }
        if (part.FileName.Length == 0)
        {
            // What a browser sends for a file input where nothing was chosen.
            return;
        }
        Count();
        _files.Add(await KeepAsync(part));
    }

    private async ValueTask<UploadedFile> KeepAsync(FormPart part)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkSize);
        SafeFileHandle? disk = null;
        try
        {
            long length = 0;
            while (true)
            {
                var filled = await FillAsync(part, chunk);
                length += filled;
                if (length > limits.MaxFileSize)
                {
                    throw new HttpError(413, $"The file of the field '{part.Name}' is larger than the {limits.MaxFileSize} bytes that are allowed here.");
                }
                if (disk is null && filled < chunk.Length && _memory + filled <= limits.MaxMemory)
                {
                    _memory += filled;
                    return new UploadedFile(part, chunk.AsSpan(0, filled).ToArray());
                }
                disk ??= OpenTemporary();
                await RandomAccess.WriteAsync(disk, chunk.AsMemory(0, filled), length - filled, request.Disconnected);
                if (filled < chunk.Length)
                {
                    var file = new UploadedFile(part, disk, length);
                    disk = null;
                    return file;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
            disk?.Dispose();
        }
    }

    private async ValueTask<int> FillAsync(FormPart part, byte[] chunk)
    {
        var filled = 0;
        while (filled < chunk.Length && await part.Body.ReadAsync(chunk.AsMemory(filled), request.Disconnected) is > 0 and var read)
        {
            filled += read;
        }
        return filled;
    }

    private SafeFileHandle OpenTemporary()
    {
        var path = Path.Combine(limits.Folder ?? Path.GetTempPath(), $"realtime-{Guid.NewGuid():N}.upload");
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            // Without a name it goes with its last handle, even where the process is killed.
            File.Delete(path);
        }
        return file;
    }

    private void Count()
    {
        if (++_parts > limits.MaxParts)
        {
            throw new HttpError(413, $"The form has more than the {limits.MaxParts} fields and files that are allowed here.");
        }
    }

    private void Add(string name, string value) => _fields[name] = StringValues.Concat(_fields.GetValueOrDefault(name), value);
}

using Realtime.Binding;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>A part of a form as it arrives: where it ends too early, the peer is told so.</summary>
internal sealed class PartStream(Stream part) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static BindingException Malformed(Exception exception) => new("$", "form", "is not a whole multipart form: its parts or its end are missing", exception);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read the form's parts with ReadAsync: no thread is held up here.");

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await part.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException and not RequestRejectedException or InvalidDataException)
        {
            throw Malformed(exception);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

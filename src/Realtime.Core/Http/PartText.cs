using System.Buffers;
using System.Text;
using Realtime.Binding;

namespace Realtime.Http;

/// <summary>Reads a part of a form as text.</summary>
internal static class PartText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static async ValueTask<string> ReadAsync(FormPart part, int mostBytes, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(mostBytes, 4096) + 1);
        try
        {
            var length = 0;
            while (true)
            {
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
                var read = await part.Body.ReadAsync(buffer.AsMemory(length), cancellationToken);
                length += read;
                if (length > mostBytes)
                {
                    throw new HttpError(413, $"The field '{part.Name}' of the form is larger than the {mostBytes} bytes that are left for fields here.");
                }
                if (read == 0)
                {
                    return Decode(buffer.AsSpan(0, length), part.Name);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static string Decode(ReadOnlySpan<byte> bytes, string field)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new BindingException(field, "form", "should be text in UTF-8", exception);
        }
    }
}

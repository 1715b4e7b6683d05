namespace Realtime;

/// <summary>One part of a multipart form, read while it arrives: see <see cref="Request.ReadPartsAsync"/>.</summary>
public sealed class FormPart
{
    internal FormPart(string name, string? fileName, string? contentType, Stream body)
    {
        (Name, FileName, ContentType, Body) = (name, fileName, contentType, body);
    }

    /// <summary>The field's name.</summary>
    public string Name { get; }

    /// <summary>The file's name as the client has it, without its folders; null for a field that is no file.</summary>
    public string? FileName { get; }

    /// <summary>What the client says that it is; null where it says nothing.</summary>
    public string? ContentType { get; }

    /// <summary>The bytes as they arrive, valid until the next part is asked for. What is not read is passed over.</summary>
    public Stream Body { get; }

    /// <summary>Reads the part as text in UTF-8.</summary>
    /// <param name="maxBytes">The most bytes it may have.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HttpError">413: it is longer.</exception>
    /// <exception cref="Binding.BindingException">It is not UTF-8; unhandled it becomes a 400.</exception>
    public ValueTask<string> ReadTextAsync(int maxBytes = 1_000_000, CancellationToken cancellationToken = default) =>
        Http.PartText.ReadAsync(this, maxBytes, cancellationToken);
}

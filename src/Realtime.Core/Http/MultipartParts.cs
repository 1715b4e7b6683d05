using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Realtime.Binding;
using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>Reads the parts of a multipart form one after another (RFC 7578), and turns what is wrong with it into the peer's mistake.</summary>
internal static class MultipartParts
{
    // RFC 2046, section 5.1.1.
    private const int LongestBoundary = 70;

    public static async IAsyncEnumerable<FormPart> ReadAsync(Request request, FormLimits limits, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ApplyBodyLimit(request, limits);
        var boundary = BoundaryOf(request.Headers.ContentType);
        await using var body = request.Body.AsStream(leaveOpen: true);
        var reader = new MultipartReader(boundary, body) { HeadersCountLimit = limits.MaxHeaders, HeadersLengthLimit = limits.MaxHeaderSize };
        while (await NextAsync(reader, limits, cancellationToken) is { } section)
        {
            yield return PartOf(section);
        }
    }

    public static void ApplyBodyLimit(Request request, FormLimits limits)
    {
        if (limits.MaxBodySize is { } most)
        {
            request.Http.MaxRequestBodySize = most;
        }
    }

    private static async ValueTask<MultipartSection?> NextAsync(MultipartReader reader, FormLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            throw exception.Message.Contains("limit", StringComparison.Ordinal)
                ? new HttpError(413, $"A part of the form has more than {limits.MaxHeaders} header fields or {limits.MaxHeaderSize} bytes of them.", innerException: exception)
                : PartStream.Malformed(exception);
        }
        catch (IOException exception) when (exception is not RequestRejectedException)
        {
            throw PartStream.Malformed(exception);
        }
    }

    private static string BoundaryOf(string? contentType)
    {
        if (contentType is null || !MediaRange.Is(MediaRange.TypeOf(contentType), "multipart/form-data"))
        {
            throw FormReader.Unsupported(contentType);
        }
        var boundary = MediaTypeHeaderValue.TryParse(contentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Boundary).ToString() : "";
        return boundary.Length is > 0 and <= LongestBoundary
            ? boundary
            : throw new BindingException("Content-Type", "header", $"should name the form's boundary, of 1 to {LongestBoundary} characters");
    }

    private static FormPart PartOf(MultipartSection section)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase) || disposition.Name.Length == 0)
        {
            throw new BindingException("$", "form", "has a part without Content-Disposition: form-data; name=\"…\"");
        }
        var fileName = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
        return new FormPart(Plain(disposition.Name.Value!), fileName.HasValue ? LastPiece(Plain(fileName.Value!)) : null, section.ContentType, new PartStream(section.Body));
    }

    private static string Plain(string value)
    {
        value = HeaderUtilities.RemoveQuotes(value).ToString();
        // Browsers escape a quote and line ends, and nothing else (WHATWG HTML, section 4.10.21.8).
        return value.Replace("%22", "\"", StringComparison.Ordinal).Replace("%0D", "\r", StringComparison.Ordinal).Replace("%0A", "\n", StringComparison.Ordinal);
    }

    /// <summary>A name without folders and control characters; never one that means a folder.</summary>
    private static string LastPiece(string name)
    {
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        name = string.Concat(name.Where(static letter => !char.IsControl(letter))).Trim();
        return name is "." or ".." ? "_" : name;
    }
}

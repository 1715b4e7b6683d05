using Realtime.Http;

namespace Realtime;

public sealed partial class Request
{
    private Form? _form;

    /// <summary>
    /// Reads the body as a form, <c>application/x-www-form-urlencoded</c> or <c>multipart/form-data</c>; asked again, it gives the same one. A request without a body
    /// has an empty form.
    /// </summary>
    /// <param name="limits">How much of it is taken; null for <see cref="AppOptions.Forms"/>.</param>
    /// <exception cref="HttpError">413: it is larger than the limits. 415: the body is no form.</exception>
    /// <exception cref="Binding.BindingException">It is malformed; unhandled it becomes a 400.</exception>
    public ValueTask<Form> ReadFormAsync(FormLimits? limits = null)
    {
        _ = Http;
        return _form is not null ? new ValueTask<Form>(_form) : ReadAsync(limits ?? _app.Options.Forms);

        async ValueTask<Form> ReadAsync(FormLimits limits)
        {
            limits.Validate();
            return _form = await new FormReader(this, limits).ReadAsync();
        }
    }

    /// <summary>
    /// Reads a multipart form part by part while it arrives, for uploads that are passed on and kept nowhere: <c>await foreach (var part in request.ReadPartsAsync())</c>.
    /// </summary>
    /// <param name="limits">
    /// How much is taken: of them <see cref="FormLimits.MaxBodySize"/> and those of header fields hold here, the rest is in the reader's hands. Null for
    /// <see cref="AppOptions.Forms"/>.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HttpError">413: it is larger than the limits. 415: the body is no multipart form.</exception>
    /// <exception cref="Binding.BindingException">It is malformed; unhandled it becomes a 400.</exception>
    public IAsyncEnumerable<FormPart> ReadPartsAsync(FormLimits? limits = null, CancellationToken cancellationToken = default) =>
        MultipartParts.ReadAsync(this, limits ?? _app.Options.Forms, cancellationToken);

    /// <summary>The form that was read before the handler was called, because its parameters ask for it.</summary>
    internal Form BoundForm => _form!;

    private void EndForm()
    {
        _form?.Release();
        _form = null;
    }
}

namespace Realtime.Binding;

/// <summary>Reads a form's files as parameters; called from compiled handlers.</summary>
internal static class BoundFile
{
    public static UploadedFile One(Request request, string name) =>
        request.BoundForm.File(name) ?? throw new BindingException(name, "form", "is missing; it should be a file");

    public static UploadedFile? OneOrNone(Request request, string name) => request.BoundForm.File(name);

    public static UploadedFile[] All(Request request, string name) => [.. request.BoundForm.Files.Where(file => file.Name == name || file.Name == name + "[]")];
}

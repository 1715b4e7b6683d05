using Microsoft.Extensions.Primitives;

namespace Realtime.Binding;

/// <summary>Named text values, and perhaps files: a query or a form, as objects are bound from it.</summary>
internal interface IFields
{
    StringValues this[string name] { get; }

    IReadOnlyCollection<string> Names { get; }

    IReadOnlyList<UploadedFile> Files { get; }
}

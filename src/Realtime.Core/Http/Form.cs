using Microsoft.Extensions.Primitives;
using Realtime.Binding;

namespace Realtime;

/// <summary>A request's form: its fields and its files. Names are matched with regard to case.</summary>
/// <remarks>It is valid until the request is over: a file's bytes are gone then, unless they were saved.</remarks>
public sealed class Form : IFields
{
    private readonly Dictionary<string, StringValues> _fields;
    private readonly List<UploadedFile> _files;

    internal Form(Dictionary<string, StringValues> fields, List<UploadedFile> files) => (_fields, _files) = (fields, files);

    /// <summary>The values of a field, in order; <see cref="StringValues.Empty"/> where it is absent.</summary>
    /// <param name="name">The field's name.</param>
    public StringValues this[string name] => _fields.GetValueOrDefault(name);

    /// <summary>The names of the fields there are, files not counted.</summary>
    public IReadOnlyCollection<string> Names => _fields.Keys;

    /// <summary>The files, in the order they came.</summary>
    public IReadOnlyList<UploadedFile> Files => _files;

    /// <summary>The first file of a field; null where none was chosen.</summary>
    /// <param name="name">The field's name.</param>
    public UploadedFile? File(string name) => _files.Find(file => file.Name == name);

    /// <summary>The first value of a field, parsed.</summary>
    /// <typeparam name="T">A text type (see <see cref="TextValue.CanParse"/>).</typeparam>
    /// <param name="name">The field's name.</param>
    /// <exception cref="BindingException">It is missing or not of this type; unhandled it becomes a 400 that names it.</exception>
    public T Get<T>(string name) => BoundText.One<T>(BoundText.First(this[name]), name, "form");

    /// <summary>The first value of a field, parsed, or another value where it is absent or left empty.</summary>
    /// <typeparam name="T">A text type (see <see cref="TextValue.CanParse"/>).</typeparam>
    /// <param name="name">The field's name.</param>
    /// <param name="absent">What to give where the field is absent.</param>
    /// <exception cref="BindingException">It is there but not of this type; unhandled it becomes a 400 that names it.</exception>
    public T Get<T>(string name, T absent) => BoundText.OneOr(BoundText.First(this[name]), name, "form", absent);

    /// <summary>Lets go of what the files hold.</summary>
    internal void Release()
    {
        foreach (var file in _files)
        {
            file.Release();
        }
    }
}

using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Binding;

/// <summary>How the values of one type are read from the fields of a form or a query. Names are those of JSON, or the members' own.</summary>
internal abstract class FieldShape
{
    // Deeper is nothing that a page would send.
    protected const int MostDepth = 16;

    /// <summary>The shape of a type.</summary>
    /// <exception cref="HttpError">415: nothing can be read from fields as this type.</exception>
    public static FieldShape For(Type type, JsonSerializerOptions options) =>
        TryFor(type, options, 0) ?? throw new HttpError(415, $"A {TypeName.Of(type)} cannot be sent as a form: send JSON as application/json.");

    /// <summary>The shape of a type, or null where it has none: fields are text, files, lists and objects of these.</summary>
    public static FieldShape? TryFor(Type type, JsonSerializerOptions options, int depth)
    {
        if (type == typeof(UploadedFile))
        {
            return new FileShape();
        }
        if (type.IsAssignableFrom(typeof(UploadedFile[])) && type != typeof(object))
        {
            return new FileListShape();
        }
        if (ListParameter.Of(type) is { } list)
        {
            return Make(typeof(TextListShape<>), list.Element, list.Method, type);
        }
        if (TextValue.CanParse(type))
        {
            return Make(typeof(TextShape<>), type);
        }
        if (depth > MostDepth || type.IsInterface && !type.IsGenericType)
        {
            return null;
        }
        var contract = options.GetTypeInfo(type);
        return contract.Kind switch
        {
            JsonTypeInfoKind.Object => new ObjectFieldShape(contract, options, depth),
            JsonTypeInfoKind.Enumerable when contract.ElementType is { } element && TryFor(element, options, depth + 1) is { } item
                && type.IsAssignableFrom(type.IsArray ? element.MakeArrayType() : typeof(List<>).MakeGenericType(element)) => new ItemListShape(element, type.IsArray, item),
            _ => null,
        };
    }

    /// <summary>Reads a value; null where nothing of it is there, or where what is there was noted as wrong.</summary>
    public abstract object? Read(FieldReading reading, string path);

    /// <summary>What is expected, for people.</summary>
    public abstract string Expected { get; }

    /// <summary>What a value is whose fields are all absent; null where that is an error.</summary>
    public virtual object? Absent(FieldReading reading) => null;

    /// <summary>Reads a whole object.</summary>
    /// <exception cref="BindingException">Fields are missing or do not fit: all of them are named.</exception>
    public object? ReadWhole(IFields fields, string source)
    {
        var reading = new FieldReading(fields, source);
        var value = Read(reading, "");
        return reading.Errors.Count == 0 ? value : throw new BindingException(reading.Errors);
    }

    private static FieldShape Make(Type shape, Type type, params object[] arguments) =>
        (FieldShape)Activator.CreateInstance(shape.MakeGenericType(type), BindingFlags.Public | BindingFlags.Instance, null, arguments, null)!;
}

/// <summary>One text value.</summary>
internal sealed class TextShape<T> : FieldShape
{
    public override string Expected => TextValue.Expected(typeof(T));

    public override object? Absent(FieldReading reading) => typeof(T) == typeof(bool) && reading.IsForm ? false : null;

    public override object? Read(FieldReading reading, string path)
    {
        if (reading.Fields[path] is not [{ } text, ..] || (text.Length == 0 && typeof(T) != typeof(string)))
        {
            return null;
        }
        if (TextParser<T>.Parse(text, out var value))
        {
            return value;
        }
        reading.Add(path, TextValue.Unfit(text, typeof(T), path, reading.Source).Problem);
        return null;
    }
}

/// <summary>Several text values of one name.</summary>
internal sealed class TextListShape<T>(string method, Type type) : FieldShape
{
    public override string Expected => "a list";

    public override object Absent(FieldReading reading) => Of([]);

    public override object? Read(FieldReading reading, string path)
    {
        var texts = reading.Fields[path];
        if (texts.Count == 0)
        {
            texts = reading.Fields[path + "[]"];
        }
        if (texts.Count == 0)
        {
            return null;
        }
        try
        {
            return Of(BoundText.All<T>(texts, path, reading.Source));
        }
        catch (BindingException exception)
        {
            reading.Add(exception.Field, exception.Problem);
            return null;
        }
    }

    private object Of(T[] values) => method switch
    {
        nameof(BoundText.List) => values.ToList(),
        nameof(BoundText.Set) => values.ToHashSet(),
        _ => type.IsInstanceOfType(values) ? values : throw new InvalidOperationException($"An array is no {TypeName.Of(type)}."),
    };
}

/// <summary>One uploaded file.</summary>
internal sealed class FileShape : FieldShape
{
    public override string Expected => "a file";

    public override object? Read(FieldReading reading, string path) => reading.Fields.Files.FirstOrDefault(file => file.Name == path);
}

/// <summary>All files that were uploaded under one name.</summary>
internal sealed class FileListShape : FieldShape
{
    public override string Expected => "files";

    public override object Absent(FieldReading reading) => Array.Empty<UploadedFile>();

    public override object? Read(FieldReading reading, string path) =>
        reading.Fields.Files.Where(file => file.Name == path || file.Name == path + "[]").ToArray() is { Length: > 0 } files ? files : null;
}

/// <summary>A list of objects: <c>items[0].name</c>, <c>items[1].name</c>.</summary>
internal sealed class ItemListShape(Type element, bool isArray, FieldShape item) : FieldShape
{
    public override string Expected => "a list";

    public override object Absent(FieldReading reading) => Of([]);

    public override object? Read(FieldReading reading, string path)
    {
        var items = new List<object?>();
        // There are no more items than fields, and the form's limits count those.
        for (var index = 0; reading.Holds($"{path}[{index}]"); index++)
        {
            items.Add(item.Read(reading, $"{path}[{index}]"));
        }
        return items.Count == 0 || reading.Errors.Count > 0 ? null : Of(items);
    }

    private object Of(List<object?> items)
    {
        var array = Array.CreateInstance(element, items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            array.SetValue(items[index], index);
        }
        return isArray ? array : Activator.CreateInstance(typeof(List<>).MakeGenericType(element), array)!;
    }
}

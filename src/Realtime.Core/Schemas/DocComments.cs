using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Realtime.Schemas;

/// <summary>The doc comments of types, members and methods, for documents: where the compiler wrote them beside the assembly (<c>GenerateDocumentationFile</c>).</summary>
public static partial class DocComments
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, XElement>> Files = [];

    /// <summary>A type's summary, or null.</summary>
    /// <param name="type">The type.</param>
    public static string? Of(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Text(Find(type.Assembly, $"T:{NameOf(Definition(type))}")?.Element("summary"));
    }

    /// <summary>A method's summary, or null.</summary>
    /// <param name="method">The method; a lambda has none.</param>
    public static string? Of(MethodInfo method) => Text(Find(method)?.Element("summary"));

    /// <summary>What a method's comment says beyond its summary, or null.</summary>
    /// <param name="method">The method.</param>
    public static string? RemarksOf(MethodInfo method) => Text(Find(method)?.Element("remarks"));

    /// <summary>What a method's comment says of a parameter, or null.</summary>
    /// <param name="parameter">The parameter.</param>
    public static string? Of(ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return parameter.Member is MethodInfo method ? ParameterOf(Find(method), parameter.Name) : null;
    }

    /// <summary>What a comment says of a member of a JSON object: its own summary, or what its record's comment says of the parameter. Null for nothing.</summary>
    /// <param name="property">The member.</param>
    public static string? Of(JsonPropertyInfo property)
    {
        ArgumentNullException.ThrowIfNull(property);
        if (property.AttributeProvider is not MemberInfo { DeclaringType: { } owner } member)
        {
            return null;
        }
        var type = NameOf(Definition(owner));
        return Text(Find(owner.Assembly, $"{(member is PropertyInfo ? 'P' : 'F')}:{type}.{member.Name}")?.Element("summary"))
            ?? ParameterOf(Find(owner.Assembly, $"T:{type}"), member.Name);
    }

    private static string? ParameterOf(XElement? comment, string? name) =>
        Text(comment?.Elements("param").FirstOrDefault(element => (string?)element.Attribute("name") == name));

    private static XElement? Find(MethodInfo method)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (method.DeclaringType is not { } owner || method.Name.StartsWith('<'))
        {
            return null;
        }
        var parameters = string.Join(',', method.GetParameters().Select(static parameter => NameOf(parameter.ParameterType)));
        return Find(owner.Assembly, $"M:{NameOf(Definition(owner))}.{method.Name}{(parameters.Length > 0 ? $"({parameters})" : "")}");
    }

    private static XElement? Find(Assembly assembly, string id) => Files.GetOrAdd(assembly, Read).GetValueOrDefault(id);

    private static IReadOnlyDictionary<string, XElement> Read(Assembly assembly)
    {
        var none = new Dictionary<string, XElement>(StringComparer.Ordinal);
        if (assembly.IsDynamic || assembly.Location is not { Length: > 0 } location || Path.ChangeExtension(location, ".xml") is not { } file || !File.Exists(file))
        {
            return none;
        }
        try
        {
            return XDocument.Load(file).Descendants("member")
                .Where(static member => member.Attribute("name") is not null)
                .DistinctBy(static member => (string)member.Attribute("name")!, StringComparer.Ordinal)
                .ToDictionary(static member => (string)member.Attribute("name")!, StringComparer.Ordinal);
        }
        catch (XmlException)
        {
            return none;
        }
    }

    private static Type Definition(Type type) => type is { IsGenericType: true, IsGenericTypeDefinition: false } ? type.GetGenericTypeDefinition() : type;

    // As the compiler writes names in such a file.
    private static string NameOf(Type type)
    {
        if (type.IsArray)
        {
            return NameOf(type.GetElementType()!) + "[]";
        }
        if (type is { IsGenericType: true, IsGenericTypeDefinition: false })
        {
            return $"{NameOf(type.GetGenericTypeDefinition()).Split('`')[0]}{{{string.Join(',', type.GenericTypeArguments.Select(NameOf))}}}";
        }
        return (type.FullName ?? type.Name).Replace('+', '.');
    }

    private static string? Text(XElement? element)
    {
        if (element is null)
        {
            return null;
        }
        foreach (var reference in element.Descendants().Where(static one => one.Name.LocalName is "see" or "paramref" or "typeparamref" or "seealso").ToArray())
        {
            var shown = (string?)reference.Attribute("langword") ?? (string?)reference.Attribute("name") ?? (reference.Value.Length > 0 ? reference.Value : null)
                ?? (string?)reference.Attribute("href") ?? ((string?)reference.Attribute("cref"))?.Split('(')[0].Split('.', ':')[^1] ?? "";
            reference.ReplaceWith(shown);
        }
        var text = Spaces().Replace(element.Value, " ").Trim();
        return text.Length > 0 ? text : null;
    }

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Spaces();
}

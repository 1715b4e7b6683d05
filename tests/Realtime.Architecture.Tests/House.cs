using Mono.Cecil;

namespace Realtime.Architecture;

/// <summary>The packages as they were built, read without loading them, and where their sources lie.</summary>
internal static class House
{
    /// <summary>Each package with the packages of the house that it may reference.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Layers = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Realtime.Core"] = ["Realtime.MessagePack"],
        ["Realtime.MessagePack"] = [],
        ["Realtime.Sockets"] = ["Realtime.Core", "Realtime.MessagePack"],
        ["Realtime.Jobs"] = ["Realtime.Core"],
        ["Realtime"] = ["Realtime.Core", "Realtime.Sockets", "Realtime.Jobs"],
        ["Realtime.Sqlite"] = ["Realtime.Core", "Realtime.Jobs", "Realtime.Sockets"],
        ["Realtime.Client"] = ["Realtime.MessagePack"],
        ["Realtime.Postgres"] = ["Realtime.Core", "Realtime.Jobs"],
        ["Realtime.OpenApi"] = ["Realtime.Core"],
        ["Realtime.Razor"] = ["Realtime.Core"],
        ["Realtime.Testing"] = ["Realtime", "Realtime.Core", "Realtime.Sockets", "Realtime.Jobs", "Realtime.Client"],
    };

    private static readonly DefaultAssemblyResolver Resolver = new();

    static House() => Resolver.AddSearchDirectory(AppContext.BaseDirectory);

    public static string Root { get; } = FindRoot();

    public static TheoryData<string> Packages => [.. Layers.Keys];

    public static ModuleDefinition Read(string package) =>
        ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, package + ".dll"), new ReaderParameters { AssemblyResolver = Resolver });

    /// <summary>Every type of a module, nested ones too.</summary>
    public static IEnumerable<TypeDefinition> AllTypes(ModuleDefinition module) => module.GetTypes();

    /// <summary>The namespace a type was written in: a nested or compiler-made type counts as its outermost one.</summary>
    public static string NamespaceOf(TypeReference type)
    {
        while (type.DeclaringType is not null)
        {
            type = type.DeclaringType;
        }
        return type.Namespace;
    }

    /// <summary>Every type that a type's signatures, bodies and attributes name.</summary>
    public static IEnumerable<TypeReference> Uses(TypeDefinition type)
    {
        var uses = new List<TypeReference?> { type.BaseType };
        uses.AddRange(type.Interfaces.Select(static implemented => implemented.InterfaceType));
        uses.AddRange(type.Fields.Select(static field => field.FieldType));
        uses.AddRange(type.CustomAttributes.Select(static attribute => attribute.AttributeType));
        foreach (var method in type.Methods)
        {
            uses.Add(method.ReturnType);
            uses.AddRange(method.Parameters.Select(static parameter => parameter.ParameterType));
            if (method.HasBody)
            {
                uses.AddRange(method.Body.Variables.Select(static variable => variable.VariableType));
                uses.AddRange(method.Body.Instructions.Select(static instruction => instruction.Operand switch
                {
                    TypeReference named => named,
                    MemberReference member => member.DeclaringType,
                    _ => null,
                }));
            }
        }
        return uses.OfType<TypeReference>().SelectMany(Unwrap);
    }

    private static IEnumerable<TypeReference> Unwrap(TypeReference type)
    {
        yield return type.GetElementType();
        if (type is GenericInstanceType generic)
        {
            foreach (var argument in generic.GenericArguments.SelectMany(Unwrap))
            {
                yield return argument;
            }
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Realtime.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests must run from inside the repository: no Realtime.sln above them.");
        }
        return folder.FullName;
    }
}

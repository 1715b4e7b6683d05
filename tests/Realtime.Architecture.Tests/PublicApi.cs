using Mono.Cecil;

namespace Realtime.Architecture;

/// <summary>Writes a package's public API as sorted lines, one member each.</summary>
internal static class PublicApi
{
    public static IReadOnlyList<string> Describe(ModuleDefinition module) =>
        [.. House.AllTypes(module).Where(IsVisible).SelectMany(DescribeType).Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<string> DescribeType(TypeDefinition type)
    {
        yield return $"{Kind(type)} {Name(type)}{Bases(type)}";
        foreach (var field in type.Fields.Where(static field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName))
        {
            yield return $"{Name(type)}.{field.Name} : {Name(field.FieldType)}";
        }
        foreach (var property in type.Properties)
        {
            var accessors = string.Concat(
                IsVisible(property.GetMethod) ? " get;" : "",
                IsVisible(property.SetMethod) ? IsInit(property.SetMethod) ? " init;" : " set;" : "");
            if (accessors.Length > 0)
            {
                yield return $"{Name(type)}.{property.Name}{Parameters(property.Parameters, '[', ']')} : {Name(property.PropertyType)} {{{accessors} }}";
            }
        }
        foreach (var @event in type.Events.Where(static @event => IsVisible(@event.AddMethod)))
        {
            yield return $"event {Name(type)}.{@event.Name} : {Name(@event.EventType)}";
        }
        foreach (var method in type.Methods.Where(IsListed))
        {
            var generic = method.HasGenericParameters ? $"<{string.Join(", ", method.GenericParameters.Select(static parameter => parameter.Name))}>" : "";
            yield return $"{Name(type)}.{method.Name}{generic}{Parameters(method.Parameters, '(', ')')} : {Name(method.ReturnType)}";
        }
    }

    private static bool IsListed(MethodDefinition method) =>
        IsVisible(method)
        && (method.IsConstructor || !method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
        && !method.CustomAttributes.Any(static attribute => attribute.AttributeType.Name == "CompilerGeneratedAttribute");

    private static bool IsVisible(MethodDefinition? method) =>
        method is not null && (method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType.IsSealed));

    private static bool IsVisible(TypeDefinition type) =>
        !type.Name.Contains("<", StringComparison.Ordinal)
        && (type.IsPublic || ((type.IsNestedPublic || type.IsNestedFamily) && IsVisible(type.DeclaringType)));

    private static bool IsInit(MethodDefinition setter) =>
        setter.ReturnType is RequiredModifierType modified && modified.ModifierType.Name == "IsExternalInit";

    private static string Kind(TypeDefinition type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { BaseType.Name: "MulticastDelegate" } => "delegate",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Bases(TypeDefinition type)
    {
        var bases = new List<string>();
        if (type.BaseType is { FullName: not ("System.Object" or "System.ValueType" or "System.Enum" or "System.MulticastDelegate") } parent)
        {
            bases.Add(Name(parent));
        }
        bases.AddRange(type.Interfaces.Select(static implemented => Name(implemented.InterfaceType)).Order(StringComparer.Ordinal));
        return bases.Count == 0 ? "" : " : " + string.Join(", ", bases);
    }

    private static string Parameters(IEnumerable<ParameterDefinition> parameters, char open, char close)
    {
        var list = parameters.Select(static parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasConstant ? $" = {parameter.Constant ?? "null"}" : "")}").ToList();
        return list.Count == 0 && open == '[' ? "" : open + string.Join(", ", list) + close;
    }

    private static string Name(TypeReference type) => type switch
    {
        RequiredModifierType modified => Name(modified.ElementType),
        ByReferenceType reference => "ref " + Name(reference.ElementType),
        ArrayType array => Name(array.ElementType) + "[]",
        GenericInstanceType generic => $"{Name(generic.ElementType)[..^(generic.ElementType.HasGenericParameters ? Arity(generic.ElementType) : 0)]}<{string.Join(", ", generic.GenericArguments.Select(Name))}>",
        GenericParameter parameter => parameter.Name,
        _ => type.FullName.Replace('/', '.').Replace("System.Void", "void", StringComparison.Ordinal),
    };

    /// <summary>How many characters `1 and the like take behind a generic type's name.</summary>
    private static int Arity(TypeReference type) => type.FullName.Length - type.FullName.LastIndexOf('`');
}

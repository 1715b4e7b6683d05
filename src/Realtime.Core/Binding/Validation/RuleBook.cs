using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Binding;

/// <summary>The rules of all types that are bound with one set of JSON options, made when the app is built: a request costs no reflection.</summary>
internal sealed class RuleBook
{
    private static readonly ConditionalWeakTable<JsonSerializerOptions, RuleBook> ByOptions = [];

    private readonly ConcurrentDictionary<Type, ValueRule?> _rules = [];
    private readonly HashSet<Type> _making = [];
    private readonly Lock _gate = new();
    private readonly JsonSerializerOptions _options;

    private RuleBook(JsonSerializerOptions options) => _options = options;

    public static RuleBook Of(JsonSerializerOptions options) => ByOptions.GetValue(options, static options => new RuleBook(options));

    /// <summary>The rule of a type; null where nothing must hold inside of its values.</summary>
    public ValueRule? Find(Type type)
    {
        if (_rules.TryGetValue(type, out var known))
        {
            return known;
        }
        lock (_gate)
        {
            if (!_making.Add(type))
            {
                return Make(typeof(LaterRule<>), [type], this);
            }
            try
            {
                return _rules[type] = RuleOf(type);
            }
            finally
            {
                _making.Remove(type);
            }
        }
    }

    private ValueRule? RuleOf(Type type)
    {
        if (IsPlain(type))
        {
            return null;
        }
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Find(inner) is { } rule ? Make(typeof(NullableRule<>), [inner], rule) : null;
        }
        JsonTypeInfo contract;
        try
        {
            contract = _options.GetTypeInfo(type);
        }
        catch (NotSupportedException)
        {
            return null;
        }
        return contract.Kind switch
        {
            JsonTypeInfoKind.Enumerable when contract.ElementType is { } element && type.IsAssignableTo(typeof(IEnumerable<>).MakeGenericType(element))
                && Find(element) is { } item => Make(typeof(ListRule<,>), [type, element], item),
            JsonTypeInfoKind.Dictionary when contract is { KeyType: { } key, ElementType: { } element } && key == typeof(string)
                && type.IsAssignableTo(typeof(IEnumerable<>).MakeGenericType(typeof(KeyValuePair<,>).MakeGenericType(key, element)))
                && Find(element) is { } item => Make(typeof(MapRule<,>), [type, element], item),
            JsonTypeInfoKind.Object => ObjectOf(contract),
            _ => null,
        };
    }

    private ValueRule? ObjectOf(JsonTypeInfo contract)
    {
        var type = contract.Type;
        var own = (ValueRule?)typeof(RuleBook).GetMethod(nameof(Whole), BindingFlags.Instance | BindingFlags.NonPublic)!.MakeGenericMethod(type).Invoke(this, [contract]);
        if (contract.PolymorphismOptions is not { } polymorphism)
        {
            return own;
        }
        var derived = new Dictionary<Type, ValueRule>();
        foreach (var one in polymorphism.DerivedTypes.Where(one => one.DerivedType != type))
        {
            if (Find(one.DerivedType) is { } rule)
            {
                derived[one.DerivedType] = rule;
            }
        }
        return derived.Count == 0 ? own : Make(typeof(DerivedRule<>), [type], own, derived);
    }

    private ObjectRule<T>? Whole<T>(JsonTypeInfo contract)
    {
        var parameters = (contract.ConstructorAttributeProvider as ConstructorInfo)?.GetParameters() ?? [];
        var members = new List<MemberRule<T>>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in contract.Properties)
        {
            if (property is { AttributeProvider: PropertyInfo { GetMethod: not null } member, IsExtensionData: false })
            {
                names[member.Name] = property.Name;
                var parameter = Array.Find(parameters, parameter => string.Equals(parameter.Name, member.Name, StringComparison.OrdinalIgnoreCase));
                var rule = typeof(RuleBook).GetMethod(nameof(Member), BindingFlags.Instance | BindingFlags.NonPublic)!
                    .MakeGenericMethod(typeof(T), member.PropertyType).Invoke(this, [member, parameter, property.Name]);
                members.AddRange(new[] { rule }.OfType<MemberRule<T>>());
            }
        }
        var wholes = Checks.Of<T>(typeof(T).GetCustomAttributes<ValidationAttribute>(inherit: true), typeof(T).Name);
        return members.Count == 0 && wholes.Length == 0 && !typeof(T).IsAssignableTo(typeof(IValidatableObject)) ? null : new ObjectRule<T>([.. members], wholes, names);
    }

    private MemberRule<TOwner, TValue>? Member<TOwner, TValue>(PropertyInfo member, ParameterInfo? parameter, string name)
    {
        // Of a record's parameter an attribute without a target stays with the parameter: it is meant for the member all the same.
        var attributes = member.GetCustomAttributes<ValidationAttribute>(inherit: true).Concat(parameter?.GetCustomAttributes<ValidationAttribute>() ?? []);
        var checks = Checks.Of<TValue>(attributes, member.Name);
        var inside = (ValueRule<TValue>?)Find(typeof(TValue));
        if (checks.Length == 0 && inside is null)
        {
            return null;
        }
        var owner = Expression.Parameter(typeof(TOwner));
        return new MemberRule<TOwner, TValue>(Expression.Lambda<Func<TOwner, TValue>>(Expression.Property(owner, member), owner).Compile(), name, checks, inside);
    }

    private static bool IsPlain(Type type) =>
        type.IsPrimitive || type.IsEnum || type.IsPointer || type.IsByRef || type == typeof(string) || type == typeof(object) || type == typeof(byte[])
        || (type.Namespace is { } home && !type.IsGenericType && (home == "System" || home.StartsWith("System.Text.Json", StringComparison.Ordinal)) && !type.IsArray);

    private static ValueRule Make(Type rule, Type[] types, params object?[] arguments) => (ValueRule)Activator.CreateInstance(rule.MakeGenericType(types), arguments)!;
}

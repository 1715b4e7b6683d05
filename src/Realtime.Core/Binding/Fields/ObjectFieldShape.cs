using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Binding;

/// <summary>An object, member by member as its JSON contract names them.</summary>
internal sealed class ObjectFieldShape : FieldShape
{
    private readonly JsonTypeInfo _contract;
    private readonly ConstructorInvoker? _construct;
    private readonly object?[] _defaults;
    private readonly Lazy<Member[]> _members;

    public ObjectFieldShape(JsonTypeInfo contract, JsonSerializerOptions options, int depth)
    {
        _contract = contract;
        var constructor = contract.ConstructorAttributeProvider as ConstructorInfo;
        _construct = constructor is null ? null : ConstructorInvoker.Create(constructor);
        _defaults = [.. (constructor?.GetParameters() ?? []).Select(static parameter =>
            ParameterDefault.TryGet(parameter, out var value) && value is not null ? value : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null)];
        // Not now: a type may hold itself.
        _members = new(() => [.. contract.Properties.Where(static property => !property.IsExtensionData).Select(property => new Member(property, options, depth)).Where(static member => member.IsRead)]);
    }

    public override string Expected => $"an object ({TypeName.Of(_contract.Type)})";

    public override object? Read(FieldReading reading, string path)
    {
        if (path.Length > 0 && !reading.Holds(path))
        {
            return null;
        }
        if (++reading.Depth > MostDepth)
        {
            reading.Add(path, "is nested too deep");
            return null;
        }
        var errors = reading.Errors.Count;
        object?[] arguments = [.. _defaults];
        var later = new List<(Member Member, object Value)>();
        foreach (var member in _members.Value)
        {
            if (member.Read(reading, path) is not { } value)
            {
                continue;
            }
            if (member.Position is { } position)
            {
                arguments[position] = value;
            }
            else
            {
                later.Add((member, value));
            }
        }
        reading.Depth--;
        if (reading.Errors.Count > errors)
        {
            return null;
        }
        var result = _construct is not null ? _construct.Invoke(arguments.AsSpan()) : _contract.CreateObject!();
        foreach (var (member, value) in later)
        {
            member.Set!(result, value);
        }
        return result;
    }

    private sealed class Member
    {
        private readonly string[] _names;
        private readonly FieldShape? _shape;
        private readonly bool _isRequired;

        public Member(JsonPropertyInfo property, JsonSerializerOptions options, int depth)
        {
            var parameter = property.AssociatedParameter;
            Position = parameter is { IsMemberInitializer: false } ? parameter.Position : null;
            Set = property.Set;
            var own = (property.AttributeProvider as MemberInfo)?.Name ?? property.Name;
            _names = own == property.Name ? [own] : [property.Name, own];
            var mayBeNull = parameter?.IsNullable ?? (!property.PropertyType.IsValueType && property.IsSetNullable);
            mayBeNull |= Nullable.GetUnderlyingType(property.PropertyType) is not null;
            _isRequired = !mayBeNull && (property.IsRequired || parameter is { HasDefaultValue: false, IsMemberInitializer: false });
            IsRead = Position is not null || Set is not null;
            _shape = IsRead ? TryFor(property.PropertyType, options, depth + 1) : null;
        }

        public int? Position { get; }

        public Action<object, object?>? Set { get; }

        public bool IsRead { get; }

        public object? Read(FieldReading reading, string path)
        {
            var errors = reading.Errors.Count;
            foreach (var name in _names)
            {
                if (_shape?.Read(reading, path.Length == 0 ? name : $"{path}.{name}") is { } value
                    || (path.Length > 0 && (value = _shape?.Read(reading, $"{path}[{name}]")) is not null))
                {
                    return value;
                }
                if (reading.Errors.Count > errors)
                {
                    return null;
                }
            }
            var absent = _shape?.Absent(reading);
            if (absent is not null && (_isRequired || Position is null))
            {
                return _isRequired ? absent : null;
            }
            if (_isRequired)
            {
                reading.Add(path.Length == 0 ? _names[0] : $"{path}.{_names[0]}", _shape is null ? "cannot be sent in a form" : $"is missing; it should be {_shape.Expected}");
            }
            return null;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>Compiles what reads an object: each member into a variable, then the constructor, then what it does not take.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal static class ObjectReading
{
    /// <summary>Whether an object of this contract can be made here; else the serializer says why not.</summary>
    public static bool CanConstruct(JsonTypeInfo contract) =>
        contract.Type.IsValueType || contract.ConstructorAttributeProvider is ConstructorInfo || contract.CreateObject is not null;

    /// <summary>Compiles the reading of a map.</summary>
    public static Func<MessagePackReader, ObjectShape<T>, T?> Compile<T>(JsonTypeInfo<T> contract, IReadOnlyList<ObjectMember> members, bool isPlain)
    {
        var reader = Expression.Parameter(typeof(MessagePackReader), "reader");
        var shape = Expression.Parameter(typeof(ObjectShape<T>), "shape");
        var start = Expression.Variable(typeof(int), "start");
        var left = Expression.Variable(typeof(int), "left");
        var index = Expression.Variable(typeof(int), "index");
        var result = Expression.Variable(typeof(T), "result");
        var end = Expression.Label(typeof(T), "end");
        var read = Expression.Label("read");
        var slots = new Slot?[members.Count];
        var again = Expression.Return(end, Expression.Call(shape, nameof(ObjectShape<>.ReadAgain), null, reader, start));
        var skip = Expression.Call(reader, nameof(MessagePackReader.SkipValue), null);
        var cases = new List<SwitchCase> { Expression.SwitchCase(Expression.Block(typeof(void), again), Expression.Constant(-2)) };
        for (var place = 0; place < members.Count; place++)
        {
            if (members[place].IsRead)
            {
                slots[place] = new Slot(members[place]);
                cases.Add(Expression.SwitchCase(slots[place]!.Read(reader, again), Expression.Constant(place)));
            }
        }
        var known = slots.OfType<Slot>().ToList();
        Expression[] steps =
        [
            Expression.Assign(start, Expression.Property(reader, nameof(MessagePackReader.Position))),
            Expression.Assign(left, Expression.Call(reader, nameof(MessagePackReader.ReadMapHeader), null)),
            Expression.Assign(index, Expression.Constant(-1)),
            Expression.Loop(
                Expression.Block(
                    Expression.IfThen(Expression.LessThanOrEqual(left, Expression.Constant(0)), Expression.Break(read)),
                    Expression.PreDecrementAssign(left),
                    Expression.Assign(index, Expression.Call(
                        shape, nameof(ObjectShape<>.ReadName), null, reader, Expression.Call(typeof(ObjectReading), nameof(Behind), null, index))),
                    Expression.Switch(index, skip, [.. cases])),
                read),
            .. known.Where(static slot => slot.Member.IsRequired).Select(slot => Expression.IfThen(Expression.Not(slot.IsSeen), again)),
            Expression.Assign(result, New(contract, known, isPlain)),
            .. Callback(contract.OnDeserializing, result),
            .. known.Where(slot => !IsParameter(slot.Member)).Select(slot => Expression.IfThen(slot.IsSeen, Set(slot, result))),
            .. Callback(contract.OnDeserialized, result),
            Expression.Label(end, result),
        ];
        var locals = known.SelectMany(static slot => new[] { slot.Value, slot.IsSeen }).Concat([start, left, index, result]);
        return Expression.Lambda<Func<MessagePackReader, ObjectShape<T>, T?>>(Expression.Block(locals, steps), reader, shape).Compile();
    }

    // Members mostly come in the order of the contract.
    internal static int Behind(int index) => index < 0 ? 0 : index + 1;

    private static bool IsParameter(ObjectMember member) => member.Property.AssociatedParameter is { IsMemberInitializer: false };

    private static Expression New(JsonTypeInfo contract, List<Slot> slots, bool isPlain)
    {
        if (contract.ConstructorAttributeProvider is ConstructorInfo constructor && (isPlain || contract.CreateObject is null))
        {
            return Expression.New(constructor, constructor.GetParameters().Select(parameter => Argument(parameter, slots)));
        }
        return contract.CreateObject is { } create
            ? Expression.Convert(Expression.Invoke(Expression.Constant(create)), contract.Type)
            : Expression.Default(contract.Type);
    }

    private static Expression Argument(ParameterInfo parameter, List<Slot> slots)
    {
        if (slots.Find(slot => IsParameter(slot.Member) && slot.Member.Property.AssociatedParameter!.Position == parameter.Position) is not { } slot)
        {
            return Expression.Default(parameter.ParameterType);
        }
        var value = Expression.Convert(slot.Value, parameter.ParameterType);
        return slot.Member.Property.AssociatedParameter is { HasDefaultValue: true, DefaultValue: { } absent }
            ? Expression.Condition(slot.IsSeen, value, Expression.Convert(Expression.Constant(absent), parameter.ParameterType))
            : value;
    }

    private static Expression Set(Slot slot, ParameterExpression result)
    {
        switch (slot.Member.Member)
        {
            case PropertyInfo { SetMethod: not null } property:
                return Expression.Assign(Expression.Property(Owner(result, property), property), slot.Value);
            case FieldInfo { IsInitOnly: false } field:
                return Expression.Assign(Expression.Field(Owner(result, field), field), slot.Value);
        }
        var box = Expression.Variable(typeof(object), "box");
        return Expression.Block(
            [box],
            Expression.Assign(box, Expression.Convert(result, typeof(object))),
            Expression.Invoke(Expression.Constant(slot.Member.Property.Set!), box, Expression.Convert(slot.Value, typeof(object))),
            Expression.Assign(result, Expression.Convert(box, result.Type)));
    }

    // A struct is set where it is; a conversion would set a copy.
    private static Expression Owner(ParameterExpression result, MemberInfo member) =>
        member.DeclaringType == result.Type ? result : Expression.Convert(result, member.DeclaringType!);

    private static IEnumerable<Expression> Callback(Action<object>? callback, ParameterExpression result) =>
        callback is null ? [] : [Expression.Invoke(Expression.Constant(callback), Expression.Convert(result, typeof(object)))];

    /// <summary>Where a member's value waits for the object to be made.</summary>
    [RequiresDynamicCode(ValueReason.Text)]
    [RequiresUnreferencedCode(ValueReason.Text)]
    private sealed class Slot(ObjectMember member)
    {
        public ObjectMember Member { get; } = member;

        public ParameterExpression Value { get; } = Expression.Variable(member.Property.PropertyType, member.Name);

        public ParameterExpression IsSeen { get; } = Expression.Variable(typeof(bool));

        public Expression Read(Expression reader, Expression again)
        {
            var shape = typeof(Shape<>).MakeGenericType(Value.Type);
            var read = Expression.Block(
                typeof(void),
                Expression.Assign(Value, Expression.Call(Expression.Constant(Member.Shape, shape), shape.GetMethod(nameof(Shape<>.Read))!, reader)),
                Expression.Assign(IsSeen, Expression.Constant(true)));
            return Member.RefusesNull
                ? Expression.IfThenElse(Expression.Property(reader, nameof(MessagePackReader.IsNextNil)), again, read)
                : read;
        }
    }
}

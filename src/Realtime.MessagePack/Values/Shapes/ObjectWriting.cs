using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;

namespace Realtime.Sockets;

/// <summary>Compiles what writes an object's members.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal static class ObjectWriting
{
    private static readonly MethodInfo WriteEncoded = typeof(MessagePackWriter).GetMethod(nameof(MessagePackWriter.WriteEncoded), BindingFlags.Instance | BindingFlags.NonPublic)!;

    /// <summary>Compiles a function that writes the members and tells how many it wrote.</summary>
    public static Func<MessagePackWriter, T, int> Compile<T>(IEnumerable<ObjectMember> members)
    {
        var writer = Expression.Parameter(typeof(MessagePackWriter), "writer");
        var value = Expression.Parameter(typeof(T), "value");
        var count = Expression.Variable(typeof(int), "count");
        var locals = new List<ParameterExpression> { count };
        var steps = new List<Expression>();
        var always = 0;
        foreach (var member in members.Where(static member => member.IsWritten))
        {
            var got = Expression.Variable(member.Property.PropertyType, member.Name);
            var write = Expression.Block(
                Expression.Call(writer, WriteEncoded, Expression.Constant(member.Encoded)),
                Expression.Call(Expression.Constant(member.Shape), WriteOf(member), writer, got));
            locals.Add(got);
            steps.Add(Expression.Assign(got, Get(member, value)));
            if (Condition(member, value, got) is { } condition)
            {
                steps.Add(Expression.IfThen(condition, Expression.Block(write, Expression.PreIncrementAssign(count))));
            }
            else
            {
                steps.Add(write);
                always++;
            }
        }
        steps.Add(Expression.Add(count, Expression.Constant(always)));
        return Expression.Lambda<Func<MessagePackWriter, T, int>>(Expression.Block(locals, steps), writer, value).Compile();
    }

    private static MethodInfo WriteOf(ObjectMember member) =>
        typeof(Shape<>).MakeGenericType(member.Property.PropertyType).GetMethod(nameof(Shape<>.Write), [typeof(MessagePackWriter), member.Property.PropertyType])!;

    private static Expression Get(ObjectMember member, ParameterExpression value) => member.Member switch
    {
        PropertyInfo { GetMethod: not null } property => Expression.Property(Expression.Convert(value, property.DeclaringType!), property),
        FieldInfo field => Expression.Field(Expression.Convert(value, field.DeclaringType!), field),
        _ => Expression.Convert(
            Expression.Invoke(Expression.Constant(member.Property.Get!), Expression.Convert(value, typeof(object))), member.Property.PropertyType),
    };

    private static Expression? Condition(ObjectMember member, ParameterExpression value, ParameterExpression got)
    {
        if (member.Property.ShouldSerialize is { } should)
        {
            return Expression.Invoke(Expression.Constant(should), Expression.Convert(value, typeof(object)), Expression.Convert(got, typeof(object)));
        }
        if (!member.IsLeftOutByDefault)
        {
            return null;
        }
        var comparer = typeof(EqualityComparer<>).MakeGenericType(got.Type);
        return Expression.Not(Expression.Call(
            Expression.Property(null, comparer, nameof(EqualityComparer<>.Default)),
            comparer.GetMethod(nameof(EqualityComparer<>.Equals), [got.Type, got.Type])!,
            got,
            Expression.Default(got.Type)));
    }
}

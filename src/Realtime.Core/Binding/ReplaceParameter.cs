using System.Linq.Expressions;

namespace Realtime.Binding;

/// <summary>Puts an expression in the place of a lambda's parameter, which inlines the lambda.</summary>
internal sealed class ReplaceParameter(ParameterExpression from, Expression to) : ExpressionVisitor
{
    protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : base.VisitParameter(node);
}

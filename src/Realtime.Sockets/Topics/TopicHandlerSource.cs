using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Binding;

namespace Realtime.Sockets;

/// <summary>A topic's handler as a person wrote it: a delegate, or a method of a class.</summary>
/// <param name="Name">How it reads in an error: <c>On("say")</c>, <c>RoomTopic.Say</c>.</param>
/// <param name="Delegate">The delegate; null for a method.</param>
/// <param name="Method">The method; null for a delegate.</param>
/// <param name="Class">The class whose instances, of each call's services, the method is called on.</param>
internal sealed record TopicHandlerSource(string Name, Delegate? Delegate, MethodInfo? Method = null, Type? Class = null)
{
    public CompiledHandler<TopicCall> Compile(Func<ParameterInfo, ParameterBinding<TopicCall>?> resolve, string owner) => Delegate is not null
        ? HandlerCompiler.Compile(Delegate, resolve, owner)
        : HandlerCompiler.Compile(Method!, Method!.IsStatic ? null : Instance(), resolve, owner);

    private LambdaExpression Instance()
    {
        var call = Expression.Parameter(typeof(TopicCall));
        var services = Expression.Property(call, nameof(TopicCall.Services));
        return Expression.Lambda(
            Expression.Call(typeof(ServiceProviderServiceExtensions), nameof(ServiceProviderServiceExtensions.GetRequiredService), [Class!], services), call);
    }
}

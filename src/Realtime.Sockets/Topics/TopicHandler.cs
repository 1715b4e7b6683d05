using System.Linq.Expressions;
using System.Reflection;
using Realtime.Binding;

namespace Realtime.Sockets;

/// <summary>A topic's handler, compiled.</summary>
internal sealed class TopicHandler
{
    private readonly Func<TopicCall, ValueTask<object?>> _invoke;

    private TopicHandler(CompiledHandler<TopicCall> compiled, ParameterInfo? data)
    {
        _invoke = compiled.Invoke;
        Data = data;
        ResultType = compiled.ResultType;
    }

    /// <summary>What it returns once awaited; <see cref="void"/> for nothing.</summary>
    public Type ResultType { get; }

    /// <summary>The parameter that takes what the client sent; null where it takes nothing.</summary>
    public ParameterInfo? Data { get; }

    /// <summary>Compiles a handler that a person wrote.</summary>
    /// <param name="source">The handler.</param>
    /// <param name="definition">Its topic.</param>
    /// <param name="app">The app, whose services are built.</param>
    /// <param name="kind">What a call of it brings.</param>
    /// <exception cref="InvalidOperationException">Nothing can bind a parameter.</exception>
    public static TopicHandler Compile(TopicHandlerSource source, TopicDefinition definition, App app, TopicHandlerKind kind)
    {
        var owner = $"Topic {definition.Pattern.Text}, {source.Name}";
        ParameterInfo? data = null;
        var compiled = source.Compile(Resolve, owner);
        return new TopicHandler(compiled, data);

        ParameterBinding<TopicCall>? Resolve(ParameterInfo parameter)
        {
            if (FromCall(parameter, definition, owner, kind) is { } binding)
            {
                return binding;
            }
            if (ServiceBinding.Resolve<TopicCall>(parameter, app, static call => call.Services) is { } service)
            {
                return service;
            }
            if (kind == TopicHandlerKind.WithoutData || kind == TopicHandlerKind.Leave)
            {
                return null;
            }
            if (data is not null)
            {
                throw new InvalidOperationException(
                    $"{owner}: the parameters '{data.Name}' and '{parameter.Name}' would both be the client's data. Take one record, and register services before the app starts.");
            }
            data = parameter;
            return PayloadBinding.For(parameter, app.Json);
        }
    }

    /// <summary>Calls the handler; what it returned, awaited.</summary>
    public ValueTask<object?> InvokeAsync(Member member, ReadOnlyMemory<byte> data, LeaveReason reason = default)
    {
        var call = new TopicCall(member, data, reason);
        try
        {
            var result = _invoke(call);
            return result.IsCompletedSuccessfully && !call.HasScope ? result : FinishAsync(result, call);
        }
        catch (Exception exception) when (call.HasScope)
        {
            return FinishAsync(ValueTask.FromException<object?>(exception), call);
        }

        static async ValueTask<object?> FinishAsync(ValueTask<object?> result, TopicCall call)
        {
            try
            {
                return await result;
            }
            finally
            {
                await call.EndAsync();
            }
        }
    }

    private static ParameterBinding<TopicCall>? FromCall(
        ParameterInfo parameter, TopicDefinition definition, string owner, TopicHandlerKind kind)
    {
        var type = parameter.ParameterType;
        if (type == typeof(Member))
        {
            return ParameterBinding<TopicCall>.From("context", static (TopicCall call) => call.Member);
        }
        if (type == typeof(Topic))
        {
            return ParameterBinding<TopicCall>.From("context", static (TopicCall call) => call.Topic);
        }
        if (type == typeof(Request))
        {
            return ParameterBinding<TopicCall>.From("context", static (TopicCall call) => call.Request);
        }
        if (type == typeof(Identity))
        {
            return ParameterBinding<TopicCall>.From("context", static (TopicCall call) => call.Member.Identity);
        }
        if (type == typeof(CancellationToken))
        {
            return ParameterBinding<TopicCall>.From("context", static (TopicCall call) => call.Ended);
        }
        if (type == typeof(LeaveReason) && kind == TopicHandlerKind.Leave)
        {
            return ParameterBinding<TopicCall>.From("context", static (TopicCall call) => call.Reason);
        }
        for (var index = 0; index < definition.Pattern.Captures.Count; index++)
        {
            var name = definition.Pattern.Captures[index];
            if (string.Equals(name, parameter.Name, StringComparison.OrdinalIgnoreCase) && TextValue.CanParse(type))
            {
                if (definition.IsWildcard && type != typeof(string))
                {
                    throw new InvalidOperationException($"{owner}: the part '{name}' of a wildcard may be '*': take it as a string.");
                }
                var call = Expression.Parameter(typeof(TopicCall));
                var text = Expression.Call(typeof(TopicCall), nameof(TopicCall.Capture), null, call, Expression.Constant(index));
                return ParameterBinding<TopicCall>.From("topic", Expression.Lambda(TextValue.Parse(text, type, name, "topic"), call));
            }
        }
        return null;
    }
}

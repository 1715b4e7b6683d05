using System.Linq.Expressions;
using System.Reflection;
using Realtime.Binding;

namespace Realtime.Sockets;

/// <summary>A topic's handler, compiled.</summary>
internal sealed class TopicHandler
{
    private readonly Func<TopicCall, ValueTask<object?>> _invoke;

    private TopicHandler(Func<TopicCall, ValueTask<object?>> invoke) => _invoke = invoke;

    /// <summary>Compiles a handler that a person wrote.</summary>
    /// <param name="handler">The delegate.</param>
    /// <param name="definition">Its topic.</param>
    /// <param name="app">The app, whose services are built.</param>
    /// <param name="verb">What the handler was added with, for errors.</param>
    /// <param name="hasData">Whether a client's data comes with a call.</param>
    /// <exception cref="InvalidOperationException">Nothing can bind a parameter.</exception>
    public static TopicHandler Compile(Delegate handler, TopicDefinition definition, App app, string verb, bool hasData)
    {
        var owner = $"Topic {definition.Pattern.Text}, {verb}";
        ParameterInfo? data = null;
        var compiled = HandlerCompiler.Compile<TopicCall>(handler, Resolve, owner);
        return new TopicHandler(compiled.Invoke);

        ParameterBinding<TopicCall>? Resolve(ParameterInfo parameter)
        {
            if (FromCall(parameter, definition) is { } binding)
            {
                return binding;
            }
            if (ServiceBinding.Resolve<TopicCall>(parameter, app, static call => call.Services) is { } service)
            {
                return service;
            }
            if (!hasData)
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
    public ValueTask<object?> InvokeAsync(Member member, ReadOnlyMemory<byte> data)
    {
        var call = new TopicCall(member, data);
        var result = _invoke(call);
        return result.IsCompletedSuccessfully && !call.HasScope ? result : FinishAsync(result, call);

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

    private static ParameterBinding<TopicCall>? FromCall(ParameterInfo parameter, TopicDefinition definition)
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
        if (type == typeof(CancellationToken))
        {
            return ParameterBinding<TopicCall>.From("context", static (TopicCall call) => call.Ended);
        }
        for (var index = 0; index < definition.Pattern.Captures.Count; index++)
        {
            var name = definition.Pattern.Captures[index];
            if (string.Equals(name, parameter.Name, StringComparison.OrdinalIgnoreCase) && TextValue.CanParse(type))
            {
                var call = Expression.Parameter(typeof(TopicCall));
                var text = Expression.Call(typeof(TopicCall), nameof(TopicCall.Capture), null, call, Expression.Constant(index));
                return ParameterBinding<TopicCall>.From("topic", Expression.Lambda(TextValue.Parse(text, type, name, "topic"), call));
            }
        }
        return null;
    }
}

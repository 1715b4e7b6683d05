using System.Linq.Expressions;
using System.Reflection;

namespace Realtime.Binding;

/// <summary>Compiles a handler delegate into a function of one context, once, so that a call costs no reflection.</summary>
public static class HandlerCompiler
{
    /// <summary>Compiles a handler.</summary>
    /// <typeparam name="TContext">What a call brings.</typeparam>
    /// <param name="handler">The delegate a person wrote, sync or async, with or without a result.</param>
    /// <param name="resolve">Says where a parameter comes from, or null where nothing can bind it.</param>
    /// <param name="owner">What the handler is for, as it should read in an error: <c>GET /add/{a:int}</c>.</param>
    /// <exception cref="InvalidOperationException">Nothing can bind a parameter; the message names it and the owner.</exception>
    public static CompiledHandler<TContext> Compile<TContext>(
        Delegate handler,
        Func<ParameterInfo, ParameterBinding<TContext>?> resolve,
        string owner)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var method = handler.Method;
        var parameters = method.GetParameters();
        // A delegate over a static method with a closed first argument carries that argument as its target.
        if (method.IsStatic && handler.Target is not null)
        {
            parameters = parameters[1..];
        }
        // Invoking the delegate, not its method: a closed delegate (every C# lambda) is the fast kind to call.
        return Compile(method, parameters, (_, arguments) => Expression.Invoke(Expression.Constant(handler), arguments), resolve, owner);
    }

    /// <summary>Compiles a method of a class, such as one whose instances come from the app's services.</summary>
    /// <typeparam name="TContext">What a call brings.</typeparam>
    /// <param name="method">The method, sync or async, with or without a result.</param>
    /// <param name="instance">Gives the object to call it on, read before the parameters are; null for a static method.</param>
    /// <param name="resolve">Says where a parameter comes from, or null where nothing can bind it.</param>
    /// <param name="owner">What the handler is for, as it should read in an error.</param>
    /// <exception cref="InvalidOperationException">Nothing can bind a parameter; the message names it and the owner.</exception>
    public static CompiledHandler<TContext> Compile<TContext>(
        MethodInfo method,
        LambdaExpression? instance,
        Func<ParameterInfo, ParameterBinding<TContext>?> resolve,
        string owner)
    {
        ArgumentNullException.ThrowIfNull(method);
        return Compile(
            method,
            method.GetParameters(),
            (context, arguments) => Expression.Call(instance is null ? null : Inline(instance, context, method.DeclaringType!), method, arguments),
            resolve,
            owner);
    }

    private static CompiledHandler<TContext> Compile<TContext>(
        MethodInfo method,
        ParameterInfo[] parameters,
        Func<ParameterExpression, IEnumerable<Expression>, Expression> target,
        Func<ParameterInfo, ParameterBinding<TContext>?> resolve,
        string owner)
    {
        ArgumentNullException.ThrowIfNull(resolve);
        var bound = new (ParameterInfo Parameter, ParameterBinding<TContext> Binding)[parameters.Length];
        for (var index = 0; index < parameters.Length; index++)
        {
            var binding = resolve(parameters[index])
                ?? throw new InvalidOperationException(
                    $"{owner}: nothing can bind the parameter '{parameters[index].Name}' of type {TypeName.Of(parameters[index].ParameterType)}.");
            bound[index] = (parameters[index], binding);
        }

        var (await, resultType) = ResultAwaiter.For(method.ReturnType);
        var invoke = bound.Any(static pair => pair.Binding.ReadAsync is not null)
            ? CompileAsync(target, bound, await)
            : CompileSync(target, bound, await);
        return new CompiledHandler<TContext>(invoke, resultType, bound);
    }

    private static Func<TContext, ValueTask<object?>> CompileSync<TContext>(
        Func<ParameterExpression, IEnumerable<Expression>, Expression> target, (ParameterInfo Parameter, ParameterBinding<TContext> Binding)[] bound, MethodInfo? await)
    {
        var context = Expression.Parameter(typeof(TContext), "context");
        var arguments = bound.Select(pair => Inline(pair.Binding.Read!, context, pair.Parameter.ParameterType));
        return Expression.Lambda<Func<TContext, ValueTask<object?>>>(Call(target(context, arguments), await), context).Compile();
    }

    private static Func<TContext, ValueTask<object?>> CompileAsync<TContext>(
        Func<ParameterExpression, IEnumerable<Expression>, Expression> target, (ParameterInfo Parameter, ParameterBinding<TContext> Binding)[] bound, MethodInfo? await)
    {
        var context = Expression.Parameter(typeof(TContext), "context");
        var readers = bound.Select(static pair => pair.Binding.ReadAsync).OfType<Func<TContext, ValueTask<object?>>>().ToArray();
        if (readers is [var reader])
        {
            // One body is what nearly all of them wait for, and mostly it is there already.
            var value = Expression.Parameter(typeof(object), "value");
            var one = Call(target(context, Arguments(_ => value)), await);
            return new OneReaderCall<TContext>(reader, Expression.Lambda<Func<TContext, object?, ValueTask<object?>>>(one, context, value).Compile()).InvokeAsync;
        }

        var values = Expression.Parameter(typeof(object?[]), "values");
        var all = Call(target(context, Arguments(index => Expression.ArrayIndex(values, Expression.Constant(index)))), await);
        var call = Expression.Lambda<Func<TContext, object?[], ValueTask<object?>>>(all, context, values).Compile();
        return async context =>
        {
            var values = new object?[readers.Length];
            for (var index = 0; index < readers.Length; index++)
            {
                values[index] = await readers[index](context);
            }
            return await call(context, values);
        };

        Expression[] Arguments(Func<int, Expression> awaited)
        {
            var next = 0;
            return [.. bound.Select(pair => pair.Binding.Read is { } read
                ? Inline(read, context, pair.Parameter.ParameterType)
                : Expression.Convert(awaited(next++), pair.Parameter.ParameterType))];
        }
    }

    private static Expression Call(Expression call, MethodInfo? await) => call.Type == typeof(void)
        ? Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)))
        : Expression.Call(await!, call);

    private static Expression Inline(LambdaExpression read, ParameterExpression context, Type parameterType)
    {
        var body = new ReplaceParameter(read.Parameters[0], context).Visit(read.Body);
        return body.Type == parameterType ? body : Expression.Convert(body, parameterType);
    }
}

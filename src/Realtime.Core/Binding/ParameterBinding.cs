using System.Linq.Expressions;

namespace Realtime.Binding;

/// <summary>Where a handler's parameter gets its value from, for handlers that are called with a <typeparamref name="TContext"/>.</summary>
/// <typeparam name="TContext">What a call brings: a request, a topic's event, a job.</typeparam>
/// <remarks>A binding says what it is; <see cref="HandlerCompiler"/> decides how it runs.</remarks>
public sealed class ParameterBinding<TContext>
{
    private ParameterBinding(string source, LambdaExpression? read, Func<TContext, ValueTask<object?>>? readAsync)
    {
        Source = source;
        Read = read;
        ReadAsync = readAsync;
    }

    /// <summary>The source's name for people and documents: <c>route</c>, <c>query</c>, <c>body</c>, <c>service</c>, <c>context</c>.</summary>
    public string Source { get; }

    internal LambdaExpression? Read { get; }

    internal Func<TContext, ValueTask<object?>>? ReadAsync { get; }

    /// <summary>A value that is there at once.</summary>
    /// <typeparam name="T">The value's type, which must be assignable to the parameter's.</typeparam>
    /// <param name="source">The source's name.</param>
    /// <param name="read">Reads the value; it is inlined into the compiled handler.</param>
    public static ParameterBinding<TContext> From<T>(string source, Expression<Func<TContext, T>> read) => new(source, read, null);

    /// <summary>A value that is there at once, read by a lambda whose type is only known at run time.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="read">From a <typeparamref name="TContext"/> to a value assignable to the parameter.</param>
    public static ParameterBinding<TContext> From(string source, LambdaExpression read) => new(source, read, null);

    /// <summary>A value that must be awaited. Async values are read one after another, before the others.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="readAsync">Reads the value; it must be of the parameter's type, or null where that allows null.</param>
    public static ParameterBinding<TContext> FromAsync(string source, Func<TContext, ValueTask<object?>> readAsync) => new(source, null, readAsync);

    /// <summary>The same binding for a context that has this one's context inside it: a socket that has its request.</summary>
    /// <typeparam name="TOuter">The other context.</typeparam>
    /// <param name="select">From the other context to this binding's.</param>
    public ParameterBinding<TOuter> Via<TOuter>(Expression<Func<TOuter, TContext>> select)
    {
        ArgumentNullException.ThrowIfNull(select);
        if (Read is { } read)
        {
            var body = new ReplaceParameter(read.Parameters[0], select.Body).Visit(read.Body);
            return ParameterBinding<TOuter>.From(Source, Expression.Lambda(body, select.Parameters));
        }
        var (inner, readAsync) = (select.Compile(), ReadAsync!);
        return ParameterBinding<TOuter>.FromAsync(Source, context => readAsync(inner(context)));
    }
}

using System.Reflection;

namespace Realtime.Binding;

/// <summary>A handler delegate made callable with a context: parameters are read, the result is awaited.</summary>
/// <typeparam name="TContext">What a call brings.</typeparam>
/// <param name="Invoke">
/// Calls the handler and awaits it. The result is null for a handler without one; a value type is boxed.
/// </param>
/// <param name="ResultType">What the handler returns once awaited; <see cref="void"/> for nothing.</param>
/// <param name="Parameters">Each parameter with its binding, in order.</param>
public sealed record CompiledHandler<TContext>(
    Func<TContext, ValueTask<object?>> Invoke,
    Type ResultType,
    IReadOnlyList<(ParameterInfo Parameter, ParameterBinding<TContext> Binding)> Parameters);

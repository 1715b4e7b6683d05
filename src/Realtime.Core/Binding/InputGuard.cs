using System.Linq.Expressions;

namespace Realtime.Binding;

/// <summary>
/// Calls a handler, and where one of its inputs does not fit looks at the others too: a person who filled in a form is told everything at once. It costs nothing while
/// everything fits.
/// </summary>
internal sealed class InputGuard
{
    private readonly Func<Request, ValueTask<object?>> _handler;
    private readonly Lazy<Action<Request>[]> _probes;

    private InputGuard(Func<Request, ValueTask<object?>> handler, LambdaExpression[] inputs)
    {
        _handler = handler;
        // Compiled apart from the handler, once, when the first request needs them.
        _probes = new(() => [.. inputs.Select(static input =>
            Expression.Lambda<Action<Request>>(Expression.Block(typeof(void), input.Body), input.Parameters).Compile())]);
    }

    /// <summary>The handler with a guard around it, or the handler itself where only one input can be wrong.</summary>
    public static Func<Request, ValueTask<object?>> Around(CompiledHandler<Request> handler)
    {
        LambdaExpression[] inputs = [.. handler.Parameters.Where(static bound => bound.Binding.Source is not ("service" or "context")).Select(static bound => bound.Binding.Read).OfType<LambdaExpression>()];
        var waits = handler.Parameters.Any(static bound => bound.Binding.ReadAsync is not null);
        return inputs.Length + (waits ? 1 : 0) > 1 ? new InputGuard(handler.Invoke, inputs).InvokeAsync : handler.Invoke;
    }

    private ValueTask<object?> InvokeAsync(Request request)
    {
        ValueTask<object?> running;
        try
        {
            running = _handler(request);
        }
        catch (BindingException exception)
        {
            return ValueTask.FromException<object?>(All(request, exception));
        }
        return running.IsCompleted ? running : AwaitAsync(request, running);
    }

    private async ValueTask<object?> AwaitAsync(Request request, ValueTask<object?> running)
    {
        try
        {
            return await running;
        }
        catch (BindingException exception)
        {
            throw All(request, exception);
        }
    }

    private BindingException All(Request request, BindingException first)
    {
        var errors = new List<FieldError>(first.Errors);
        foreach (var probe in _probes.Value)
        {
            try
            {
                probe(request);
            }
            catch (BindingException exception)
            {
                errors.AddRange(exception.Errors.Where(error => !errors.Contains(error)));
            }
        }
        return errors.Count == first.Errors.Count ? first : new BindingException(errors, first);
    }
}

using System.Linq.Expressions;
using System.Reflection;
using Realtime.Binding;
using Realtime.Routing;

namespace Realtime.Middleware;

/// <summary>Compiles the hooks around an app's routes; a hook that is the same for many routes is compiled once.</summary>
internal sealed class HookCompiler(App app, ErrorBoundary errors)
{
    private readonly Dictionary<(Hook Hook, string Places), CompiledHook> _compiled = [];

    /// <summary>The hooks around what is in a scope; null for none.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="pattern">The path, whose values the hooks can take; null where nothing matched.</param>
    /// <param name="needsLogin">Whether a login that is required around it counts for it.</param>
    public HookChain? ChainFor(RouteScope scope, PathPattern? pattern, bool needsLogin = true)
    {
        RouteMap[] maps = [.. scope.Outwards().Select(static one => one.Map)];
        if (Array.TrueForAll(maps, static map => map.Hooks.Count == 0))
        {
            return null;
        }
        CompiledHook[] Of(HookKind kind, IEnumerable<Hook> hooks) => [.. hooks.Where(hook => hook.Kind == kind && (needsLogin || hook.Guard is null)).Select(hook => Compile(hook, pattern))];
        return new HookChain(
            errors,
            Of(HookKind.Before, Enumerable.Reverse(maps).SelectMany(static map => map.Hooks)),
            Of(HookKind.After, maps.SelectMany(static map => Enumerable.Reverse(map.Hooks))),
            Of(HookKind.Teardown, maps.SelectMany(static map => Enumerable.Reverse(map.Hooks))),
            [.. maps.Select(map => Of(HookKind.Error, map.Hooks)).Where(static handlers => handlers.Length > 0)]);
    }

    private CompiledHook Compile(Hook hook, PathPattern? pattern)
    {
        var places = string.Join(',', hook.Handler.Method.GetParameters().Select(parameter => pattern?.IndexOf(parameter.Name ?? "") is >= 0 and var index ? $"{index} {pattern.ParameterSegments[index].Converter!.Name} {pattern.ParameterSegments[index].IsOptional}" : ""));
        if (_compiled.TryGetValue((hook, places), out var known))
        {
            return known;
        }
        if (hook.Guard is { } guard)
        {
            return _compiled[(hook, places)] = new CompiledHook(hook, guard.CompileAround(app, pattern), Writer: null, TakesRequest: false);
        }
        var compiled = HandlerCompiler.Compile<Request>(hook.Handler, parameter => Resolve(hook, parameter, pattern), hook.Name);
        var takesRequest = compiled.Parameters.Any(static bound => bound.Parameter.ParameterType == typeof(Request));
        // An assignment to a header is a result too, if nobody's answer.
        var isAnswer = compiled.ResultType != typeof(void) && compiled.ResultType != typeof(Microsoft.Extensions.Primitives.StringValues);
        return _compiled[(hook, places)] = new CompiledHook(
            hook, compiled.Invoke, hook.Kind == HookKind.Error && isAnswer ? ResultWriter.For(compiled.ResultType, answersItself: false, app.Json) : null, takesRequest);
    }

    private ParameterBinding<Request>? Resolve(Hook hook, ParameterInfo parameter, PathPattern? pattern)
    {
        var type = parameter.ParameterType;
        if (type == typeof(Response) && hook.Kind != HookKind.Before)
        {
            return ParameterBinding<Request>.From("context", static (Request request) => request.Answer!);
        }
        if (type.IsAssignableTo(typeof(Exception)) && hook.Kind != HookKind.Before)
        {
            Expression<Func<Request, Exception?>> failure = request => request.Failure;
            Expression<Func<Request, HttpError?>> error = request => request.FailureAnswered;
            var source = type == typeof(HttpError) && hook.Kind == HookKind.Error ? (LambdaExpression)error : failure;
            return ParameterBinding<Request>.From("context", Expression.Lambda(Expression.TypeAs(source.Body, type), source.Parameters));
        }
        return RequestBinding.Resolve(parameter, pattern ?? PathPattern.Root, app)
            ?? throw new InvalidOperationException(
                $"{hook.Name}: nothing can bind the parameter '{parameter.Name}' of type {TypeName.Of(type)}. A hook takes what a handler without a body takes"
                + (hook.Kind == HookKind.Before ? "; there is no response or exception yet." : ", the Response and the Exception."));
    }
}

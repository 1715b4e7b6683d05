using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Realtime.Binding;

namespace Realtime.Routing;

/// <summary>A class whose methods are handlers.</summary>
internal sealed class RouteView
{
    private static readonly string[] Verbs = ["Get", "Post", "Put", "Patch", "Delete", "Head", "Options"];

    private readonly Type _type;
    private readonly (string[] Methods, MethodInfo Handler)[] _handlers;

    private RouteView(Type type, (string[] Methods, MethodInfo Handler)[] handlers)
    {
        _type = type;
        _handlers = handlers;
        Methods = [.. handlers.SelectMany(static handler => handler.Methods)];
    }

    /// <summary>The HTTP methods it answers.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>A class with a method for each verb.</summary>
    /// <exception cref="InvalidOperationException">It has none, or two for one.</exception>
    public static RouteView Of(Type type)
    {
        if (type.IsAbstract)
        {
            throw new InvalidOperationException($"No object of {TypeName.Of(type)} can be made for a request: it is abstract.");
        }
        var handlers = type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy)
            .Select(static method => (Verb: Array.Find(Verbs, verb => method.Name == verb || method.Name == verb + "Async"), Method: method))
            .Where(static pair => pair.Verb is not null)
            .GroupBy(static pair => pair.Verb!, static pair => pair.Method)
            .Select(pair => (new[] { pair.Key.ToUpperInvariant() }, Nearest(type, pair.Key, [.. pair])))
            .ToArray();
        return handlers.Length > 0
            ? new RouteView(type, handlers)
            : throw new InvalidOperationException($"{TypeName.Of(type)} answers no method: give it a public {string.Join(", ", Verbs)}, or one of these with Async at its end.");
    }

    /// <summary>One method of a class.</summary>
    public static RouteView Of(MethodInfo handler, Type type, IReadOnlyList<string> methods) => methods.Count == 0
        ? throw new InvalidOperationException($"{TypeName.Of(type)}.{handler.Name} is a route that answers no method: list at least one.")
        : new RouteView(type, [([.. methods.Select(static method => method.ToUpperInvariant()).Distinct(StringComparer.Ordinal)], handler)]);

    /// <summary>Adds the class to the app's services, where it is not there and cannot be made without them.</summary>
    public void Prepare(App app)
    {
        if (!_handlers.All(static pair => pair.Handler.IsStatic) && !IsPlain)
        {
            app.Services.TryAddScoped(_type);
        }
    }

    /// <summary>Makes an endpoint of each handler.</summary>
    public IEnumerable<Endpoint> Compile(App app, Route route) => _handlers.Select(pair => HttpHandler.Compile(app, route, pair.Methods, pair.Handler, pair.Handler.IsStatic ? null : Instance(app)));

    private bool IsPlain => _type.GetConstructors() is [var only] && only.GetParameters().Length == 0 && !_type.IsAssignableTo(typeof(IDisposable)) && !_type.IsAssignableTo(typeof(IAsyncDisposable));

    private LambdaExpression Instance(App app)
    {
        if (IsPlain && !app.Provider.GetRequiredService<IServiceProviderIsService>().IsService(_type))
        {
            return Expression.Lambda(Expression.New(_type), Expression.Parameter(typeof(Request)));
        }
        return ServiceBinding.Ask<Request>(_type, app, static request => request.Services);
    }

    // A method may hide one of the class it derives from.
    private static MethodInfo Nearest(Type type, string verb, MethodInfo[] methods)
    {
        var nearest = methods.GroupBy(method => Depth(type, method.DeclaringType!)).MinBy(static group => group.Key)!.ToArray();
        return nearest is [var only]
            ? only
            : throw new InvalidOperationException($"{TypeName.Of(type)} has {nearest.Length} methods for {verb.ToUpperInvariant()}: {string.Join(" and ", nearest.Select(static method => method.Name))}. Keep one.");
    }

    private static int Depth(Type type, Type ancestor)
    {
        var depth = 0;
        for (var at = type; at is not null && at != ancestor; at = at.BaseType)
        {
            depth++;
        }
        return depth;
    }
}

using System.Reflection;
using Realtime.Binding;

namespace Realtime.Routing;

public abstract partial class RouteMap
{
    /// <summary>
    /// Answers with the methods of a class: its public <c>Get</c>, <c>Post</c>, <c>Put</c>, <c>Patch</c>, <c>Delete</c>, <c>Head</c> and <c>Options</c>, each perhaps
    /// with <c>Async</c> at its end, answer the methods of their names, and are bound as handlers are.
    /// </summary>
    /// <remarks>
    /// Each request gets a new object of the class, made with the services of the request, which also dispose of it. Who wants another lifetime registers the class in
    /// <c>app.Services</c>.
    /// </remarks>
    /// <typeparam name="TView">The class.</typeparam>
    /// <param name="pattern">The path, as for <see cref="Get"/>; <c>/notes/{id:int?}</c> for the list and each of its things.</param>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    /// <exception cref="InvalidOperationException">The app has started, or the class has no such method, or two for one.</exception>
    public Route Route<TView>(string pattern)
        where TView : class
    {
        var view = RouteView.Of(typeof(TView));
        return Add(new Route(view.Methods, PathPattern.Parse(pattern, Types), view.Compile) { Prepare = view.Prepare });
    }

    /// <summary>
    /// Adds the routes of a class: its public methods with <c>[Get("/…")]</c>, <c>[Post("/…")]</c> and the like (<see cref="RouteAttribute"/>), static ones or of an object
    /// that is made for each request as that of <see cref="Route{TView}"/> is.
    /// </summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <exception cref="ArgumentException">A pattern is malformed.</exception>
    /// <exception cref="InvalidOperationException">The app has started, or the class has no such method.</exception>
    public void RoutesOf<T>() => RoutesOf(typeof(T));

    /// <inheritdoc cref="RoutesOf{T}"/>
    /// <param name="type">The class, which may be static.</param>
    public void RoutesOf(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var any = false;
        foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy))
        {
            foreach (var attribute in method.GetCustomAttributes<RouteAttribute>())
            {
                any = true;
                var view = RouteView.Of(method, type, attribute.Methods);
                var route = Add(new Route(view.Methods, PathPattern.Parse(attribute.Pattern, Types), view.Compile) { Prepare = view.Prepare });
                if (attribute.Name is { } name)
                {
                    route.Named(name);
                }
            }
        }
        if (!any)
        {
            throw new InvalidOperationException($"{TypeName.Of(type)} has no public method with [Get(\"/…\")] or another such attribute: add one, or leave the class out.");
        }
    }
}

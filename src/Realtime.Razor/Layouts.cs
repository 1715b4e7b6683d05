using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Components;

namespace Realtime.Razor;

/// <summary>Checks that a page's layouts come to an end: the platform would look for the outermost for ever.</summary>
internal static class Layouts
{
    private static readonly ConcurrentDictionary<Type, Type?> Circular = [];

    /// <exception cref="InvalidOperationException">A layout is within itself; the message says why that happens.</exception>
    public static void ThrowIfCircular(Type component)
    {
        if (Circular.GetOrAdd(component, Find) is { } layout)
        {
            throw new InvalidOperationException(
                $"The layout {layout.Name} of {component.Name} is within itself. A line '@layout' in _Imports.razor holds for the layouts beside it too: put it on the pages, or the pages in a folder of their own.");
        }
    }

    private static Type? Find(Type component)
    {
        var seen = new HashSet<Type>();
        for (var layout = LayoutOf(component); layout is not null; layout = LayoutOf(layout))
        {
            if (!seen.Add(layout))
            {
                return layout;
            }
        }
        return null;
    }

    private static Type? LayoutOf(Type component) => component.GetCustomAttribute<LayoutAttribute>()?.LayoutType;
}

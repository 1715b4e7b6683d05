using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace Realtime.Sockets;

/// <summary>Reads a topic's class: its public methods are its handlers, and nothing else is public.</summary>
/// <remarks>
/// So a handler whose name is mistyped, or that lacks its attribute, is found at the start and not by a user.
/// </remarks>
internal static class TopicClass
{
    private const string Rules = "a public method of a topic's class is OnJoin, OnJoined, OnLeave, Authorize (each may end in Async), the static Configure(TopicBuilder), or has [On(\"event\")]";

    /// <summary>Adds a class's handlers and lets its Configure say the rest.</summary>
    /// <exception cref="InvalidOperationException">A method is of no use, or the class has none; the message says which and what to do.</exception>
    public static void AddTo(TopicDefinition definition, TopicBuilder builder, Type type)
    {
        var methods = type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy).Where(method => IsOwn(method, type)).ToArray();
        if (Array.Find(type.GetMethods(BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static), static method => method.IsDefined(typeof(OnAttribute))) is { } hidden)
        {
            throw Wrong(definition, type, $"{hidden.Name} has [On], but is not public: make it so");
        }
        if (methods.Length == 0)
        {
            throw Wrong(definition, type, $"it has no handler: {Rules}");
        }
        foreach (var method in methods)
        {
            Add(definition, builder, type, method);
        }
    }

    /// <summary>Sees to it that the services can make the class, which they need do only when the first client calls.</summary>
    /// <exception cref="InvalidOperationException">A parameter of its constructors is no service.</exception>
    public static void Check(TopicDefinition definition, Type type, App app)
    {
        var known = app.Provider.GetRequiredService<IServiceProviderIsService>();
        var constructors = type.GetConstructors();
        // Registered by the app in a way of its own: how it is made is not seen from here.
        if (app.Services.LastOrDefault(service => service.ServiceType == type)?.ImplementationType != type)
        {
            return;
        }
        if (constructors.Length == 0 || type.IsAbstract)
        {
            throw Wrong(definition, type, "nothing can make it: it is abstract, or has no public constructor");
        }
        var missing = constructors.Select(one => Array.Find(one.GetParameters(), parameter => !parameter.HasDefaultValue && !IsKnown(parameter))).ToArray();
        if (Array.TrueForAll(missing, static parameter => parameter is not null))
        {
            throw Wrong(definition, type, $"its constructor takes '{missing[0]!.Name}' of type {missing[0]!.ParameterType.Name}, which is no service: register it with app.Services");
        }

        bool IsKnown(ParameterInfo parameter) => parameter.IsDefined(typeof(FromKeyedServicesAttribute)) || known.IsService(parameter.ParameterType);
    }

    private static void Add(TopicDefinition definition, TopicBuilder builder, Type type, MethodInfo method)
    {
        var source = new TopicHandlerSource($"{type.Name}.{method.Name}", null, method, type);
        var events = method.GetCustomAttributes<OnAttribute>().ToArray();
        var role = method.Name.EndsWith("Async", StringComparison.Ordinal) ? method.Name[..^"Async".Length] : method.Name;
        if (method.IsGenericMethodDefinition)
        {
            throw Wrong(definition, type, $"{method.Name} is generic: nobody says with which type to call it");
        }
        if (events.Length > 0)
        {
            Array.ForEach(events, one => definition.AddEvent(one.Name, source));
            return;
        }
        switch (role)
        {
            case "OnJoin":
                definition.AddJoin(source);
                break;
            case "OnJoined":
                definition.AddJoined(source);
                break;
            case "OnLeave":
                definition.AddLeave(source);
                break;
            case "Authorize":
                definition.AddAuthorize(source);
                break;
            case "Configure":
                Configure(definition, builder, type, method);
                break;
            default:
                throw Wrong(definition, type, $"{method.Name} handles nothing: give it [On(\"event\")], or make it non-public; {Rules}");
        }
    }

    private static void Configure(TopicDefinition definition, TopicBuilder builder, Type type, MethodInfo method)
    {
        if (!method.IsStatic || method.ReturnType != typeof(void) || method.GetParameters() is not [var only] || only.ParameterType != typeof(TopicBuilder))
        {
            throw Wrong(definition, type, "its Configure is not public static void Configure(TopicBuilder topic)");
        }
        method.CreateDelegate<Action<TopicBuilder>>()(builder);
    }

    // What object, an interface (IDisposable), a property or the compiler (a record's Deconstruct) brought is nobody's handler.
    private static bool IsOwn(MethodInfo method, Type type) =>
        method.GetBaseDefinition().DeclaringType != typeof(object)
        && !method.IsSpecialName
        && !method.IsDefined(typeof(CompilerGeneratedAttribute))
        && !(!method.IsStatic && type.GetInterfaces().Any(face => type.GetInterfaceMap(face).TargetMethods.Contains(method)));

    private static InvalidOperationException Wrong(TopicDefinition definition, Type type, string problem) =>
        new($"Topic {definition.Pattern.Text}, class {type.Name}: {problem}.");
}

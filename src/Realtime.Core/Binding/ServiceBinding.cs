using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Realtime.Binding;

/// <summary>Binds a parameter to a service of the app, for handlers of every kind: routes, topics, jobs.</summary>
public static class ServiceBinding
{
    /// <summary>
    /// Binds a parameter whose type is a service. A singleton is resolved now, once; any other is asked of the call's own
    /// services, which only then need a scope. <see cref="App"/> and <see cref="IServiceProvider"/> count as services. With
    /// <see cref="FromKeyedServicesAttribute"/> it is the service of that key.
    /// </summary>
    /// <typeparam name="TContext">What a call brings.</typeparam>
    /// <param name="parameter">The handler's parameter.</param>
    /// <param name="app">The app, whose services are built (see <see cref="App.OnBuild"/>).</param>
    /// <param name="services">From a call to its services; evaluated only for what is not a singleton.</param>
    /// <returns>The binding, or null where the type is not a service.</returns>
    /// <exception cref="InvalidOperationException">There is no service of the key that an attribute asks for.</exception>
    public static ParameterBinding<TContext>? Resolve<TContext>(
        ParameterInfo parameter, App app, Expression<Func<TContext, IServiceProvider>> services)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(services);

        var type = parameter.ParameterType;
        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
        {
            return Keyed(parameter, keyed.Key, app, services);
        }
        if (type == typeof(IServiceProvider))
        {
            return ParameterBinding<TContext>.From("service", services);
        }
        if (!IsService(type, app.Provider))
        {
            return null;
        }
        return ParameterBinding<TContext>.From("service", Ask(type, app, services));
    }

    /// <summary>Reads a service of the app.</summary>
    internal static LambdaExpression Ask<TContext>(Type type, App app, Expression<Func<TContext, IServiceProvider>> services)
    {
        if (IsSingleton(type, app.Services))
        {
            return Expression.Lambda(Expression.Constant(app.Provider.GetRequiredService(type), type), services.Parameters);
        }
        var ask = Expression.Call(
            typeof(ServiceProviderServiceExtensions), nameof(ServiceProviderServiceExtensions.GetRequiredService), [type], services.Body);
        return Expression.Lambda(ask, services.Parameters);
    }

    private static ParameterBinding<TContext> Keyed<TContext>(
        ParameterInfo parameter, object? key, App app, Expression<Func<TContext, IServiceProvider>> services)
    {
        var type = parameter.ParameterType;
        if (app.Provider.GetRequiredService<IServiceProviderIsKeyedService>().IsKeyedService(type, key))
        {
            var descriptor = app.Services.LastOrDefault(service => service.IsKeyedService && service.ServiceType == type && Equals(service.ServiceKey, key));
            Expression keyed = Expression.Constant(key, typeof(object));
            var read = descriptor?.Lifetime == ServiceLifetime.Singleton
                ? Expression.Constant(app.Provider.GetRequiredKeyedService(type, key), type)
                : (Expression)Expression.Call(
                    typeof(ServiceProviderKeyedServiceExtensions), nameof(ServiceProviderKeyedServiceExtensions.GetRequiredKeyedService), [type], services.Body, keyed);
            return ParameterBinding<TContext>.From("service", Expression.Lambda(read, services.Parameters));
        }
        throw new InvalidOperationException(
            $"The parameter '{parameter.Name}' asks for the service {TypeName.Of(type)} of the key '{key}', which was not added: app.Services.AddKeyedSingleton<{TypeName.Of(type)}>(\"{key}\", …).");
    }

    private static bool IsService(Type type, IServiceProvider provider)
    {
        var known = provider.GetRequiredService<IServiceProviderIsService>();
        // A container can make an IEnumerable of anything; one of what nobody registered is a body, not a service.
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>)
            ? known.IsService(type.GenericTypeArguments[0])
            : known.IsService(type);
    }

    private static bool IsSingleton(Type type, IServiceCollection services)
    {
        var open = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        var descriptor = services.LastOrDefault(service => !service.IsKeyedService && service.ServiceType == type)
            ?? services.LastOrDefault(service => !service.IsKeyedService && open is not null && service.ServiceType == open);
        return descriptor?.Lifetime == ServiceLifetime.Singleton || type == typeof(IServiceScopeFactory);
    }
}

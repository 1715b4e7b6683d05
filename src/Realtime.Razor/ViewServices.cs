using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Realtime.Razor;

/// <summary>What components inject: the request's services, the request itself, and where it is.</summary>
internal sealed class ViewServices(Request request) : IKeyedServiceProvider
{
    private readonly IServiceProvider _services = request.Services;
    private ViewNavigation? _navigation;

    public ViewNavigation Navigation => _navigation ??= new ViewNavigation(request);

    public object? GetService(Type serviceType)
    {
        if (serviceType == typeof(Request))
        {
            return request;
        }
        if (serviceType == typeof(NavigationManager))
        {
            return Navigation;
        }
        return serviceType == typeof(IServiceProvider) ? this : _services.GetService(serviceType);
    }

    public object? GetKeyedService(Type serviceType, object? serviceKey) => (_services as IKeyedServiceProvider)?.GetKeyedService(serviceType, serviceKey);

    public object GetRequiredKeyedService(Type serviceType, object? serviceKey) => _services.GetRequiredKeyedService(serviceType, serviceKey);
}

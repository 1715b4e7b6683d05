using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Realtime.Protocol;

namespace Realtime;

// An app inside a host that has services of its own.
public sealed partial class App
{
    private readonly int _ownServices;
    private Action<App>? _unhosted;
    private bool _isHosted;

    /// <summary>Moves the app's services to its host's, where later ones go too, and makes the host's settings the app's.</summary>
    internal void ShareServices(IServiceCollection host, IConfigurationManager configuration)
    {
        ThrowIfBuilt();
        for (var index = 0; index < Services.Count; index++)
        {
            if (index < _ownServices)
            {
                // Logging and the clock are the host's.
                host.TryAdd(Services[index]);
            }
            else
            {
                host.Add(Services[index]);
            }
        }
        Services = host;
        _config = configuration;
        PrepareRoutes();
        _isHosted = true;
    }

    /// <summary>Builds the app on its host's services.</summary>
    internal Application BuildWith(IServiceProvider provider)
    {
        _provider = provider;
        return Build();
    }

    /// <summary>Adds services that a host has of its own; run once, where the app has no host, before its services are built.</summary>
    internal void AddWhereUnhosted(Action<App> add)
    {
        if (!(_unhosted?.GetInvocationList().Contains(add) ?? false))
        {
            _unhosted += add;
        }
    }

    /// <summary>Lets routes add the services that they need, while there is time.</summary>
    private void PrepareRoutes()
    {
        foreach (var route in Routes)
        {
            try
            {
                route.Prepare?.Invoke(this);
            }
            catch (InvalidOperationException exception) when (Services.IsReadOnly)
            {
                throw new InvalidOperationException($"{route} needs services of its own, and those of the host are built: add it before builder.UseRealtime(app).", exception);
            }
        }
    }

    private ServiceProvider BuildOwnProvider()
    {
        _unhosted?.Invoke(this);
        return Services.BuildServiceProvider();
    }
}

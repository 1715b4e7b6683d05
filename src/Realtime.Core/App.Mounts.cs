using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Realtime.Protocol;

namespace Realtime;

public sealed partial class App
{
    private bool _isMounted;

    /// <summary>Takes note that the app lives within another one, which builds it.</summary>
    internal void BecomeMounted()
    {
        if (_isMounted || _application is not null)
        {
            throw new InvalidOperationException("An app is mounted once, before it is built: for a second place make a second app.");
        }
        _isMounted = true;
    }

    /// <summary>Builds the app within another one.</summary>
    internal Application BuildWithin(App outer)
    {
        _isDevelopment |= outer.IsDevelopment;
        if (!Services.Any(static service => service.ServiceType == typeof(ILoggerProvider)))
        {
            Services.Replace(ServiceDescriptor.Singleton(outer.Provider.GetRequiredService<ILoggerFactory>()));
        }
        // The default one; whoever added another keeps it.
        if (Services.Where(static service => service.ServiceType == typeof(TimeProvider)).ToArray() is [{ ImplementationInstance: { } clock }] && ReferenceEquals(clock, TimeProvider.System))
        {
            Services.Replace(ServiceDescriptor.Singleton(outer.Provider.GetRequiredService<TimeProvider>()));
        }
        outer._lifespan.AddListening(Listening);
        return Build();
    }

    /// <summary>Lets an application start and stop with this one.</summary>
    internal void AddMounted(Application application) => _lifespan.AddMounted(application);
}

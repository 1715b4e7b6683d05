using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Hosting.Epoll;

namespace Realtime.Hosting;

/// <summary>
/// Makes a Kestrel server with the parts that only its own services bring: made by hand, its transport has no memory pool
/// and allocates a 4 KB block for most requests, where services give it a pinned pool that also shrinks when idle.
/// </summary>
internal static class KestrelFactory
{
    /// <param name="configure">Sets the server's options.</param>
    /// <param name="transport">The transport that accepts connections; null for the default.</param>
    /// <param name="runInline">Whether the default is, on Linux, the one that runs requests on the thread that read them.</param>
    /// <param name="loggers">Where the server logs.</param>
    public static (IServer Server, ServiceProvider Services) Create(
        Action<KestrelServerOptions> configure, IConnectionListenerFactory? transport, bool runInline, ILoggerFactory loggers)
    {
        // Nothing is built or run of this builder: it only knows which services Kestrel needs.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.Configure(configure);
        builder.Services.AddSingleton(loggers);
        if (transport is not null)
        {
            builder.Services.AddSingleton(transport);
        }
        else if (runInline && OperatingSystem.IsLinux())
        {
            builder.Services.AddSingleton<IConnectionListenerFactory, EpollTransport>();
        }
        var services = builder.Services.BuildServiceProvider();
        return (services.GetRequiredService<IServer>(), services);
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Realtime.AspNetCore;
using Realtime.Protocol;

namespace Realtime;

/// <summary>An app inside an ASP.NET Core app.</summary>
public static class AspNetCoreRealtime
{
    extension(IHostApplicationBuilder builder)
    {
        /// <summary>
        /// Makes an app part of an ASP.NET Core app: they share services, configuration and logging, and start and stop together. It answers
        /// what no endpoint of the host does, or only what <c>MapRealtime</c> says.
        /// </summary>
        /// <param name="app">The app, not built yet; it may still be added to, until the host is built.</param>
        /// <exception cref="InvalidOperationException">The app has started. (One that cannot be built, or whose start hooks fail, fails the start of the host.)</exception>
        public void UseRealtime(App app)
        {
            ArgumentNullException.ThrowIfNull(builder);
            ArgumentNullException.ThrowIfNull(app);
            app.IsDevelopment = builder.Environment.IsDevelopment();
            app.ShareServices(builder.Services, builder.Configuration);
            Add(builder, services => new RealtimeMount(services, app, null));
        }

        /// <summary>Makes an application of the contract part of an ASP.NET Core app, with its lifespan.</summary>
        /// <param name="application">The application.</param>
        public void UseRealtime(Application application)
        {
            ArgumentNullException.ThrowIfNull(builder);
            ArgumentNullException.ThrowIfNull(application);
            Add(builder, services => new RealtimeMount(services, null, application));
        }
    }

    extension(IEndpointRouteBuilder endpoints)
    {
        /// <summary>Mounts an app below a path of an ASP.NET Core app, HTTP and WebSockets, as an endpoint that can be given policies.</summary>
        /// <param name="prefix">The path: <c>/</c> or <c>/chat</c>. The app sees what comes behind it, and makes addresses that have it.</param>
        /// <param name="app">An app that <c>builder.UseRealtime(app)</c> made part of the host.</param>
        /// <returns>For policies: <c>.RequireAuthorization()</c>, <c>.RequireCors("...")</c>, <c>.RequireRateLimiting("...")</c>.</returns>
        /// <exception cref="InvalidOperationException">The app is not part of the host.</exception>
        public IEndpointConventionBuilder MapRealtime(string prefix, App app)
        {
            ArgumentNullException.ThrowIfNull(app);
            return Map(endpoints, prefix, Find(endpoints, null, app));
        }

        /// <summary>Mounts an application of the contract below a path of an ASP.NET Core app.</summary>
        /// <param name="prefix">The path: <c>/</c> or <c>/chat</c>.</param>
        /// <param name="application">An application that <c>builder.UseRealtime(application)</c> made part of the host.</param>
        /// <exception cref="InvalidOperationException">The application is not part of the host.</exception>
        public IEndpointConventionBuilder MapRealtime(string prefix, Application application)
        {
            ArgumentNullException.ThrowIfNull(application);
            return Map(endpoints, prefix, Find(endpoints, application, null));
        }
    }

    private static void Add(IHostApplicationBuilder builder, Func<IServiceProvider, RealtimeMount> create)
    {
        // One object that two lists of services have: keyed, for there may be several.
        var key = new object();
        builder.Services.AddKeyedSingleton(key, (services, _) => create(services));
        builder.Services.AddSingleton(services => services.GetRequiredKeyedService<RealtimeMount>(key));
        builder.Services.AddSingleton<IHostedService>(services => services.GetRequiredKeyedService<RealtimeMount>(key));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, RealtimeFallback>());
    }

    private static RealtimeMount Find(IEndpointRouteBuilder endpoints, Application? application, App? app)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints.ServiceProvider.GetServices<RealtimeMount>().FirstOrDefault(mount => mount.Serves(application, app))
            ?? throw new InvalidOperationException("MapRealtime was called for an app that is not part of the host: call builder.UseRealtime(app) before builder.Build().");
    }

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string prefix, RealtimeMount mount)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        prefix = prefix.Trim('/') is { Length: > 0 } inner ? "/" + inner : "";
        mount.IsMapped = true;
        var path = new PathString(prefix);
        return endpoints.Map($"{prefix}/{{**rest}}", context => mount.ServeAsync(context, path)).WithDisplayName($"Realtime {prefix}/");
    }
}

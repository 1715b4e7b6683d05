using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Realtime.AspNetCore;

namespace Realtime;

/// <summary>ASP.NET Core's middleware inside an app.</summary>
public static class AppAspNetCore
{
    extension(App app)
    {
        /// <summary>
        /// Runs ASP.NET Core middleware around the app, at this place among <see cref="App.Use"/>: CORS, compression, rate limiting,
        /// authentication, health checks. Its services are added to <see cref="App.Services"/> as always: <c>app.Services.AddCors()</c>.
        /// </summary>
        /// <remarks>
        /// It sees HTTP requests and WebSocket handshakes, which it may refuse. What it leaves in the <see cref="HttpContext"/> a handler finds under
        /// <c>request.HttpContext</c>. An exception of a handler is answered within, so that no middleware sees it.
        /// </remarks>
        /// <param name="configure">Adds the middleware, in order; run once, while the app is built.</param>
        /// <exception cref="InvalidOperationException">The app has started.</exception>
        public void UseAspNetCore(Action<IApplicationBuilder> configure)
        {
            ArgumentNullException.ThrowIfNull(configure);
            app.Services.AddRouting();
            app.AddWhereUnhosted(AddPrerequisites);
            app.Use(next => new AspNetCorePipeline(next, app.Provider, configure).ServeAsync);
        }
    }

    extension(Request request)
    {
        /// <summary>
        /// The request as ASP.NET Core's middleware left it, where there is some: inside an ASP.NET Core app, and behind <c>app.UseAspNetCore(...)</c>. Null elsewhere.
        /// </summary>
        public HttpContext? HttpContext => request.Connection.Extension<HttpContext>();
    }

    /// <summary>What middleware takes for granted in any ASP.NET Core app.</summary>
    private static void AddPrerequisites(App app)
    {
        app.Services.TryAddSingleton(static _ => new DiagnosticListener("Microsoft.AspNetCore"));
        app.Services.TryAddSingleton<DiagnosticSource>(static provider => provider.GetRequiredService<DiagnosticListener>());
        app.Services.TryAddSingleton<IWebHostEnvironment>(_ => new AppEnvironment(app));
        app.Services.TryAddSingleton<IHostEnvironment>(static provider => provider.GetRequiredService<IWebHostEnvironment>());
        app.Services.TryAddSingleton<IHostApplicationLifetime>(_ => new AppLifetime(app));
    }
}

using System.Reflection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;

namespace Realtime.AspNetCore;

/// <summary>What ASP.NET Core's middleware asks about where it runs, answered for an app that is no ASP.NET Core host.</summary>
internal sealed class AppEnvironment(App app) : IWebHostEnvironment
{
    public string EnvironmentName { get; set; } = app.IsDevelopment ? "Development" : "Production";

    public string ApplicationName { get; set; } = Assembly.GetEntryAssembly()?.GetName().Name ?? "Realtime";

    public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

    public IFileProvider ContentRootFileProvider { get; set; } = new PhysicalFileProvider(AppContext.BaseDirectory);

    // Files are served by app.Static: nothing is found here unless somebody sets it.
    public string WebRootPath { get; set; } = "";

    public IFileProvider WebRootFileProvider { get; set; } = new NullFileProvider();
}

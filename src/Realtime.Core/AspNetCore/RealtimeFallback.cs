using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Realtime.AspNetCore;

/// <summary>Gives an application what its host has no answer for.</summary>
internal sealed class RealtimeFallback : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => builder =>
    {
        next(builder);
        var mount = builder.ApplicationServices.GetServices<RealtimeMount>().FirstOrDefault(static mount => !mount.IsMapped);
        if (mount is not null)
        {
            builder.Run(mount.ServeAsync);
        }
    };
}

using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Realtime.Hosting;

namespace Realtime.AspNetCore;

/// <summary>One HTTP request of an ASP.NET Core pipeline, as whatever middleware came before has left it.</summary>
/// <param name="context">The request.</param>
/// <param name="sharesServices">Whether the application's services are those of the request.</param>
/// <param name="logger">Where failures go.</param>
/// <param name="state">What lifespan startup left for every connection.</param>
internal sealed class ContextExchange(HttpContext context, bool sharesServices, ILogger logger, IDictionary<string, object?> state)
    : KestrelExchange(logger, state)
{
    public override T? Extension<T>()
        where T : class
    {
        if (typeof(T) == typeof(HttpContext))
        {
            return (T)(object)context;
        }
        if (typeof(T) == typeof(ClaimsPrincipal))
        {
            return context.User is { Identity.IsAuthenticated: true } user ? (T)(object)user : null;
        }
        if (typeof(T) == typeof(IServiceProvider))
        {
            return sharesServices ? (T)context.RequestServices : null;
        }
        return base.Extension<T>();
    }

    // A writer that middleware put in Kestrel's place sends what was advanced only once it is flushed.
    public override async ValueTask RespondAsync(int statusCode, ReadOnlyMemory<byte> body)
    {
        await base.RespondAsync(statusCode, body);
        if (!body.IsEmpty && Output is not StartingWriter)
        {
            await Output.FlushAsync();
        }
    }
}

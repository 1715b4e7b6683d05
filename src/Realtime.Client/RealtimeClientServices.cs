using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Realtime;

/// <summary>Adds clients to a container.</summary>
public static class RealtimeClientServices
{
    /// <summary>
    /// Adds a <see cref="RealtimeClient"/> as a singleton that the container disposes of. The container's <see cref="TimeProvider"/> and
    /// <see cref="ILoggerFactory"/>, where it has them, are used unless the options name others.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="url">The server's realtime endpoint: <c>ws://127.0.0.1:5000/realtime</c>.</param>
    /// <param name="options">How to connect, wait and buffer; null for the defaults.</param>
    /// <param name="key">Names one of several clients (keyed service); null for the only one.</param>
    public static IServiceCollection AddRealtimeClient(
        this IServiceCollection services, string url, Func<IServiceProvider, RealtimeClientOptions>? options = null, object? key = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var address = WebSocketConnector.Parse(url);
        return key is null
            ? services.AddSingleton(provider => Create(provider, address, options))
            : services.AddKeyedSingleton(key, (provider, _) => Create(provider, address, options));
    }

    private static RealtimeClient Create(IServiceProvider provider, Uri url, Func<IServiceProvider, RealtimeClientOptions>? options)
    {
        var chosen = options?.Invoke(provider) ?? new RealtimeClientOptions();
        return new RealtimeClient(url, chosen with
        {
            Time = chosen.Time ?? provider.GetService<TimeProvider>(),
            Logging = chosen.Logging ?? provider.GetService<ILoggerFactory>(),
        });
    }
}

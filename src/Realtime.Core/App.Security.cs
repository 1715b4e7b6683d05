using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Middleware;
using Realtime.Protocol;

namespace Realtime;

public sealed partial class App
{
    private SecurityOptions _security = new();
    private Action<HttpConnection>? _securityHeaders;
    private ForgeryGuard? _forgery;

    /// <summary>
    /// Whom the app trusts, and what it tells browsers. Change it before the app starts: <c>app.Security = app.Security with { ... }</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">On setting: the app has started, or an option is wrong; the message names it.</exception>
    public SecurityOptions Security
    {
        get => _security;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            ThrowIfBuilt();
            value.Validate();
            _security = value;
        }
    }

    /// <summary>What refuses other sites' requests; null where the app lets them.</summary>
    internal ForgeryGuard? Forgery => _forgery;

    private void BuildSecurity()
    {
        _securityHeaders = Security.SendsHeaders ? new SecurityHeaders(Security, IsDevelopment).Set : null;
        _forgery = Security.RefusesForgery
            ? new ForgeryGuard(this, Provider.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.Security"))
            : null;
    }

    /// <summary>Puts around the app, its middleware included, what it needs to know of a request first.</summary>
    private Application Secure(Application application)
    {
        if (Security.TrustedHosts.Count > 0)
        {
            application = new TrustedHosts(Security.TrustedHosts).Wrap(application);
        }
        return Security.ProxyHops > 0 ? new ForwardedFacts(Security.ProxyHops, Security.ProxyHeaders).Wrap(application) : application;
    }

    private ValueTask ServeAsync(HttpConnection http)
    {
        if (_securityHeaders is { } headers)
        {
            http.OnStarting(headers);
        }
        if (Options.Limits.MaxRequestBodySize is var limit && limit != HttpConnection.DefaultMaxRequestBodySize)
        {
            http.MaxRequestBodySize = limit;
        }
        return _forgery is { } forgery && forgery.Refuses(http) ? _router!.RefuseAsync(http, forgery) : _router!.ServeAsync(http);
    }
}

using Realtime.Http;

namespace Realtime;

public sealed partial class App
{
    private SessionOptions _sessions = new();
    private SessionStore? _sessionStore;

    /// <summary>
    /// How <see cref="Request.Session"/> is kept. Change it before the app starts: <c>app.Sessions = app.Sessions with { ... }</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">On setting: the app has started, or an option is wrong; the message names it.</exception>
    public SessionOptions Sessions
    {
        get => _sessions;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            ThrowIfBuilt();
            value.Validate();
            _sessions = value;
        }
    }

    // Made when first asked for: an app without sessions reads no keys.
    internal SessionStore SessionStore => _sessionStore ?? Interlocked.CompareExchange(ref _sessionStore, new SessionStore(this), null) ?? _sessionStore;
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Realtime.Protocol;
using Realtime.Routing;

namespace Realtime;

/// <summary>
/// A web app: routes, sockets and jobs around one async contract. Make one, add to it, and await <c>RunAsync(args)</c>.
/// </summary>
/// <remarks>
/// Everything is added before the app starts; adding later throws <see cref="InvalidOperationException"/>. Sockets and jobs
/// attach through <see cref="Extend{T}(Func{App, T})"/>, the same door that any other extension uses.
/// </remarks>
public sealed partial class App
{
    private readonly Dictionary<Type, object> _extensions = [];
    private readonly List<Func<Application, Application>> _middleware = [];
    private readonly List<Action> _buildHooks = [];
    private IServiceProvider? _provider;
    private Application? _application;
    private Router? _router;

    /// <summary>Makes an app.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    public App(AppOptions? options = null)
    {
        Options = options ?? new AppOptions();
        // Set here so that JSON works by reflection even where a program was built without that default.
        if (!Json.IsReadOnly)
        {
            Json.TypeInfoResolver ??= new DefaultJsonTypeInfoResolver();
        }
        Services.AddLogging();
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddSingleton(this);
        Services.AddSingleton<IConfiguration>(_ => Config);
        _ownServices = Services.Count;
        OnStopping(_stopping.Cancel);
    }

    /// <summary>What the app was made with.</summary>
    public AppOptions Options { get; }

    /// <summary>How JSON is read and written everywhere in the app.</summary>
    public JsonSerializerOptions Json => Options.Json;

    /// <summary>The services that handlers can ask for, to be added to before the app starts.</summary>
    public IServiceCollection Services { get; private set; } = new ServiceCollection();

    /// <summary>The built services.</summary>
    /// <exception cref="InvalidOperationException">The app is not built yet: services can be asked for once it starts.</exception>
    public IServiceProvider Provider => _provider
        ?? throw new InvalidOperationException("The app is not built yet: ask for services in a handler or a start hook.");

    /// <summary>
    /// Attaches an extension, once: the first call for a type creates it, later calls return the same one.
    /// </summary>
    /// <typeparam name="T">The extension's type, which is its key.</typeparam>
    /// <param name="create">Makes the extension and registers what it needs: services, routes, hooks.</param>
    public T Extend<T>(Func<App, T> create)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(create);
        if (_extensions.TryGetValue(typeof(T), out var existing))
        {
            return (T)existing;
        }
        ThrowIfBuilt();
        var extension = create(this);
        _extensions.Add(typeof(T), extension);
        return extension;
    }

    /// <summary>Attaches an extension that has been made, once for its type.</summary>
    /// <typeparam name="T">The extension's type, which is its key.</typeparam>
    /// <param name="extension">The extension, which registers what it needs when it is attached.</param>
    /// <returns>The extension that is attached: an earlier one of the same type, where there is one.</returns>
    public T Extend<T>(T extension)
        where T : class, IAppExtension
    {
        ArgumentNullException.ThrowIfNull(extension);
        return Extend(app =>
        {
            extension.Attach(app);
            return extension;
        });
    }

    /// <summary>An extension that was attached; null if it was not. Attaches nothing.</summary>
    /// <typeparam name="T">The extension's type.</typeparam>
    public T? Extension<T>()
        where T : class => (T?)_extensions.GetValueOrDefault(typeof(T));

    /// <summary>Wraps the whole app; the first added is the outermost.</summary>
    /// <param name="middleware">From the application within to the application that replaces it.</param>
    public void Use(Func<Application, Application> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        ThrowIfBuilt();
        _middleware.Add(middleware);
    }

    /// <summary>
    /// Runs once while the app is built, when the services can be asked for and nothing has started: the moment to compile
    /// handlers, so that a mistake in one stops the start.
    /// </summary>
    /// <param name="hook">The work; an exception out of it fails <see cref="Build"/>.</param>
    public void OnBuild(Action hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        ThrowIfBuilt();
        _buildHooks.Add(hook);
    }

    /// <summary>
    /// Freezes the app and returns it as an application of the contract, which any server can host.
    /// </summary>
    /// <exception cref="InvalidOperationException">A route, a handler or an option is wrong; the message says which and what to do.</exception>
    public Application Build()
    {
        if (_application is not null)
        {
            return _application;
        }
        PrepareRoutes();
        _provider ??= BuildOwnProvider();
        foreach (var hook in _buildHooks)
        {
            hook();
        }
        _router = BuildRouter();
        BuildSecurity();
        Application application = DispatchAsync;
        for (var index = _middleware.Count - 1; index >= 0; index--)
        {
            application = _middleware[index](application);
        }
        return _application = Secure(application);
    }

    /// <summary>Whether code of others sees connections before the router does.</summary>
    internal bool HasMiddleware => _middleware.Count > 0;

    private ValueTask DispatchAsync(Connection connection) => connection switch
    {
        HttpConnection http => ServeAsync(http),
        WebSocketConnection socket => _router!.ServeAsync(socket),
        LifespanConnection lifespan => new ValueTask(LiveAsync(lifespan)),
        _ => throw new NotSupportedException($"This app does not serve a {connection.GetType().Name}."),
    };

    private void ThrowIfBuilt()
    {
        if (_application is not null)
        {
            throw new InvalidOperationException("The app has started: add routes, services, hooks and middleware before that.");
        }
    }
}

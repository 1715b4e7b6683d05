using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Middleware;
using Realtime.Routing;

namespace Realtime;

public sealed partial class App : RouteMap
{
    private readonly PathTypes _types = new(isComplete: true);
    private IReadOnlyList<Route>? _routes;
    private UrlBuilder? _urls;
    private readonly List<(string Prefix, string Folder, StaticOptions Options)> _static = [];
    private bool _isDevelopment = "Development".Equals(
        Environment.GetEnvironmentVariable("REALTIME_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT"),
        StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a person is at work on the app: each request is then logged, and a 500 says which exception it was. True where the environment variable
    /// <c>REALTIME_ENVIRONMENT</c>, or without it <c>DOTNET_ENVIRONMENT</c>, is <c>Development</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">On setting: the app has started.</exception>
    public bool IsDevelopment
    {
        get => _isDevelopment;
        set
        {
            ThrowIfBuilt();
            _isDevelopment = value;
        }
    }

    /// <summary>The routes added so far, those of blueprints too, in the order they were added.</summary>
    public IReadOnlyList<Route> Routes => _routes ?? [.. Expand(new RouteScope(this))];

    /// <summary>
    /// Adds a type of path parameters: <c>app.Converter&lt;Color&gt;("color", (text, out value) => Color.TryParse(text, out value), color => color.Hex)</c> makes
    /// <c>{color:color}</c> match what the function reads, and hands the handler the value.
    /// </summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="name">Its name in patterns. It must be added before the app's routes that use it; those of blueprints can come first.</param>
    /// <param name="parse">Reads a text as a value, or says that it is none; it must not wait for anything.</param>
    /// <param name="build">Writes a value as text, for <c>UrlFor</c>; null for the value's own text.</param>
    /// <exception cref="ArgumentException">There is a type of this name already.</exception>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public void Converter<T>(string name, PathParser<T> parse, Func<T, string>? build = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(parse);
        Converter(new OwnPathConverter<T>(name, parse, build));
    }

    /// <summary>Adds a type of path parameters that is a class.</summary>
    /// <param name="converter">The type; one that is a <see cref="PathConverter{T}"/> hands handlers its value.</param>
    /// <exception cref="ArgumentException">There is a type of this name already.</exception>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public void Converter(PathConverter converter)
    {
        ArgumentNullException.ThrowIfNull(converter);
        ThrowIfBuilt();
        _types.Add(converter);
    }

    /// <summary>
    /// Serves the files of a folder to GET and HEAD, where no route answers: with types, <c>ETag</c> and <c>Last-Modified</c>,
    /// ranges, compressed forms that lie beside them, and <c>index.html</c> for a folder. Hidden files and whatever lies outside the folder do not exist.
    /// </summary>
    /// <param name="prefix">The path the files appear under: <c>/</c> or <c>/assets</c>.</param>
    /// <param name="folder">
    /// The folder: a full path, or one looked for beside the file that was run (<c>dotnet run app.cs</c>), then beside the
    /// program, then below the current directory.
    /// </param>
    /// <param name="options">For how long clients may keep the files, and what else there is to say; null for the defaults.</param>
    /// <exception cref="InvalidOperationException">The app has started, or an option is wrong. A folder that is missing fails the start.</exception>
    public void Static(string prefix, string folder, StaticOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ThrowIfBuilt();
        options ??= new StaticOptions();
        options.Validate();
        var pattern = PathPattern.Parse(prefix);
        if (!pattern.IsLiteral)
        {
            throw new ArgumentException($"Static files cannot be served under '{prefix}': their path has no parameters.", nameof(prefix));
        }
        _static.Add((pattern.Shape, folder, options));
    }

    /// <summary>Makes the address of a route outside of a request: in a job, in a start hook. In a request use <see cref="Request.UrlFor"/>.</summary>
    /// <param name="name">The name given to the route with <see cref="Route.Named"/>, with its blueprint's in front: <c>notes.read</c>.</param>
    /// <param name="values">The path's parameters and what becomes the query, as for <see cref="Request.UrlFor"/>.</param>
    /// <param name="fragment">What stands behind the number sign, or null.</param>
    /// <param name="absolute">Whether scheme and host stand in front, as <see cref="AppOptions.BaseAddress"/> has them.</param>
    /// <exception cref="ArgumentException">No route has this name, or a parameter is missing or does not fit.</exception>
    /// <exception cref="InvalidOperationException">The address must have a host, and <see cref="AppOptions.BaseAddress"/> is not set.</exception>
    public string UrlFor(string name, object? values = null, string? fragment = null, bool absolute = false) =>
        Urls.Build(new UrlRequest(name, values, fragment, absolute), request: null);

    /// <summary>Makes addresses of the routes that are there.</summary>
    internal UrlBuilder Urls => _urls ?? new UrlBuilder(Routes, Options.BaseAddress);

    internal override PathTypes Types => _types;

    private protected override void ThrowIfSealed() => ThrowIfBuilt();

    private Router BuildRouter()
    {
        var scope = new RouteScope(this);
        _routes = [.. Expand(scope)];
        _urls = new UrlBuilder(_routes, Options.BaseAddress);
        var errors = new ErrorBoundary(Provider.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.Http"), IsDevelopment);
        var hooks = new HookCompiler(this, errors);
        return new Router(
            this,
            [
                .. from route in _routes
                   let checks = route.Metadata.OfType<LoginGuard>().Select(guard => guard.Compile(this, route.Pattern)).ToArray()
                   let around = hooks.ChainFor(route.Scope, route.Pattern, needsLogin: !route.AllowsAnonymous)
                   from endpoint in route.Compile(this, route)
                   select endpoint.Behind(checks).Within(around),
            ],
            hooks.ChainFor(scope, pattern: null),
            errors,
            [.. _static.Select(static folder => StaticFolder.Open(folder.Prefix, folder.Folder, folder.Options))]);
    }
}

using Realtime.Protocol;

namespace Realtime.Routing;

public abstract partial class RouteMap
{
    /// <summary>
    /// Hands everything under a path to an application of its own: requests and handshakes that no route here answers, with the path below the mount as theirs and the
    /// rest as <see cref="RequestConnection.RootPath"/>. It is started behind this app's start hooks, in the order of the mounts, and stopped before its stop hooks, in reverse;
    /// what either leaves in <see cref="Connection.State"/> both see. <see cref="Before"/> and <see cref="Teardown"/> hooks here run around it too, so that they guard it, and error
    /// handlers hear of exceptions out of it; its answers are its own.
    /// </summary>
    /// <param name="prefix">The path, without parameters; <c>/</c> for whatever nothing else answers.</param>
    /// <param name="application">The application.</param>
    /// <exception cref="ArgumentException">The prefix is malformed or has parameters.</exception>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public Route Mount(string prefix, Application application)
    {
        ArgumentNullException.ThrowIfNull(application);
        return Mount(prefix, _ => application);
    }

    /// <summary>
    /// Hands everything under a path to another app, as <see cref="Mount(string, Application)"/> does. The other app keeps its services, options and hooks to itself; its
    /// log and its clock are this app's where it has none of its own.
    /// </summary>
    /// <param name="prefix">The path, without parameters; <c>/</c> for whatever nothing else answers.</param>
    /// <param name="app">The other app, which is built with this one.</param>
    /// <exception cref="ArgumentException">The prefix is malformed or has parameters, or the app would be mounted in itself.</exception>
    /// <exception cref="InvalidOperationException">The app has started, or the other one is mounted already.</exception>
    public Route Mount(string prefix, App app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (ReferenceEquals(app, this))
        {
            throw new ArgumentException("An app cannot be mounted in itself.", nameof(app));
        }
        ThrowIfSealed();
        app.BecomeMounted();
        return Mount(prefix, outer => app.BuildWithin(outer));
    }

    private Route Mount(string prefix, Func<App, Application> build)
    {
        var pattern = PathPattern.Parse(prefix, Types);
        if (!pattern.IsLiteral)
        {
            throw new ArgumentException($"Nothing can be mounted at '{prefix}': the path of a mount has no parameters.", nameof(prefix));
        }
        return Add(new Route(Realtime.Route.MountMethods, pattern, (app, route) =>
        {
            var application = build(app);
            app.AddMounted(application);
            return [new Endpoint(route, route.Methods, new Mount(route.Pattern.Segments.Count, application).ServeAsync, KeepsRequest: false)];
        }));
    }
}

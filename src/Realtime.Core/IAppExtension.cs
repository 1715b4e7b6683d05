namespace Realtime;

/// <summary>Something that attaches to an app from outside, with what any app may use: services, routes, middleware, hooks, commands.</summary>
public interface IAppExtension
{
    /// <summary>Registers what the extension needs. Called once, before the app is built.</summary>
    /// <param name="app">The app.</param>
    void Attach(App app);
}

namespace Realtime.Routing;

/// <summary>A route made ready to be called.</summary>
/// <param name="Route">The route.</param>
/// <param name="Invoke">Calls the handler and writes its result.</param>
/// <param name="KeepsRequest">Whether the handler could keep hold of its <see cref="Request"/>, which is then not used again.</param>
internal sealed record Endpoint(Route Route, Func<Request, ValueTask> Invoke, bool KeepsRequest)
{
    /// <summary>The request's pattern for the names of its values, kept here to save a hop.</summary>
    public PathPattern Pattern { get; } = Route.Pattern;
}

namespace Realtime.Routing;

/// <summary>Where routes are added: the verbs that an app shares with a part of one (<see cref="Blueprint"/>).</summary>
/// <remarks>
/// A handler is any delegate. Its parameters are bound by type and name (see <see cref="Binding.RequestBinding"/>; one
/// parameter of a type of yours is the JSON body of a POST, PUT or PATCH). Its result is the response: a string is text, a
/// <see cref="Response"/> is itself, <c>(value, status)</c> sets the status, any other object is JSON, nothing is 204, and
/// null is 404 for a GET and 204 otherwise.
/// </remarks>
public abstract partial class RouteMap
{
    private protected RouteMap()
    {
    }

    /// <summary>Answers GET, and with it HEAD.</summary>
    /// <param name="pattern">
    /// The path: literals, <c>{name}</c>, <c>{id:int}</c> (<c>long</c>, <c>decimal</c>, <c>bool</c>, <c>guid</c>, <c>date</c>, <c>any(draft,final)</c>, <c>regex(…)</c>, one of
    /// <c>app.Converter</c>), with limits (<c>{id:int:min(1)}</c>, <c>{name:length(1,20)}</c>), <c>{file:path}</c> for any number of segments, and at the end
    /// <c>{id:int?}</c>, which may be missing. The more specific route wins, whatever the order.
    /// </param>
    /// <param name="handler">The handler.</param>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public Route Get(string pattern, Delegate handler) => Route(pattern, ["GET"], handler);

    /// <summary>Answers POST.</summary>
    /// <inheritdoc cref="Get"/>
    public Route Post(string pattern, Delegate handler) => Route(pattern, ["POST"], handler);

    /// <summary>Answers PUT.</summary>
    /// <inheritdoc cref="Get"/>
    public Route Put(string pattern, Delegate handler) => Route(pattern, ["PUT"], handler);

    /// <summary>Answers PATCH.</summary>
    /// <inheritdoc cref="Get"/>
    public Route Patch(string pattern, Delegate handler) => Route(pattern, ["PATCH"], handler);

    /// <summary>Answers DELETE.</summary>
    /// <inheritdoc cref="Get"/>
    public Route Delete(string pattern, Delegate handler) => Route(pattern, ["DELETE"], handler);

    /// <summary>Answers the methods listed.</summary>
    /// <param name="pattern">The path, as for <see cref="Get"/>.</param>
    /// <param name="methods">The methods, in any case.</param>
    /// <param name="handler">The handler.</param>
    /// <exception cref="ArgumentException">The pattern is malformed, or there are no methods.</exception>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public Route Route(string pattern, IReadOnlyList<string> methods, Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(methods);
        ArgumentNullException.ThrowIfNull(handler);
        if (methods.Count == 0)
        {
            throw new ArgumentException($"The route '{pattern}' answers no method: list at least one.", nameof(methods));
        }
        string[] upper = [.. methods.Select(static method => method.ToUpperInvariant()).Distinct(StringComparer.Ordinal)];
        return Add(new Route(upper, PathPattern.Parse(pattern, Types), (app, route) => [Binding.HttpHandler.Compile(app, route, handler)]));
    }

    /// <summary>The types that patterns can name.</summary>
    internal virtual PathTypes Types => PathTypes.Open;

    /// <summary>Fails where the app has started, which is too late to add anything.</summary>
    private protected virtual void ThrowIfSealed()
    {
    }
}

namespace Realtime;

/// <summary>What becomes of a request whose path differs from a route's only in its slashes: one too many or too few at the end, or several in a row.</summary>
/// <remarks>WebSocket handshakes are always served, since their clients follow no redirects.</remarks>
public enum SlashPolicy
{
    /// <summary>It is redirected (308, which keeps the method and the body) to the path as the route was written, with its query.</summary>
    Redirect,

    /// <summary>It is served.</summary>
    Ignore,

    /// <summary>It is 404.</summary>
    Strict,
}

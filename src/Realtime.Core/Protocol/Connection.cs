namespace Realtime.Protocol;

/// <summary>What a server hands to an <see cref="Application"/>: the facts and the verbs of one connection.</summary>
public abstract class Connection
{
    private protected Connection()
    {
    }

    /// <summary>
    /// What lifespan startup left for every connection, by key. Filled through <see cref="LifespanConnection"/> before
    /// the server listens and read-only by convention afterwards.
    /// </summary>
    public abstract IDictionary<string, object?> State { get; }

    /// <summary>
    /// Looks up an optional ability of the server by its type, as ASGI's <c>extensions</c> do.
    /// </summary>
    /// <typeparam name="T">The ability's type.</typeparam>
    /// <returns>The ability, or null where this server or connection lacks it.</returns>
    public virtual T? Extension<T>()
        where T : class => null;
}

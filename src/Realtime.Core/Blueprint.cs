using Realtime.Routing;

namespace Realtime;

/// <summary>
/// A part of an app, written apart from it: routes under a prefix, whose names begin with the blueprint's, with hooks and error handlers of their own. It
/// comes to life when it is registered (<see cref="RouteMap.Register"/>) with an app or with another blueprint.
/// </summary>
public sealed class Blueprint : RouteMap
{
    /// <summary>Makes a blueprint.</summary>
    /// <param name="name">
    /// What the names of its routes begin with: the route <c>read</c> of the blueprint <c>notes</c> is <c>notes.read</c> to <c>UrlFor</c>. Null adds nothing to names.
    /// </param>
    /// <param name="prefix">The path its routes appear under: <c>/notes</c>, <c>/users/{user:int}</c>; null or <c>/</c> for none.</param>
    /// <param name="host">
    /// The host that its routes answer for: <c>api.example.com</c>, <c>{tenant}.example.com</c>; null for any, or that of the blueprint around it.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty or has a dot, or the prefix or the host is malformed.</exception>
    public Blueprint(string? name = null, string? prefix = null, string? host = null)
    {
        if (name is not null && (string.IsNullOrWhiteSpace(name) || name.Contains('.', StringComparison.Ordinal)))
        {
            throw new ArgumentException($"A blueprint cannot be named '{name}': dots stand between a blueprint's name and those of its routes.", nameof(name));
        }
        Name = name;
        Prefix = PrefixOf(prefix ?? "");
        HostName = host;
        if (host is not null)
        {
            HostPattern.Parse(host, PathTypes.Open);
        }
    }

    /// <summary>What the names of its routes begin with, or null.</summary>
    public string? Name { get; }

    /// <summary>The path its routes appear under, without a slash at its end; empty for none.</summary>
    public string Prefix { get; }

    /// <summary>The host that its routes answer for, or null.</summary>
    public string? HostName { get; }

    internal static string PrefixOf(string prefix)
    {
        var trimmed = prefix.TrimEnd('/');
        if (trimmed.Length > 0 && PathPattern.Parse(trimmed, PathTypes.Open).HasOptional)
        {
            throw new ArgumentException($"The prefix '{prefix}' ends in a parameter that may be missing, so that nothing can come behind it.", nameof(prefix));
        }
        return trimmed;
    }
}

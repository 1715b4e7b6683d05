using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using System.Text;

namespace Realtime.Routing;

/// <summary>Makes addresses of routes and values: the reverse of matching.</summary>
internal sealed class UrlBuilder
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Properties = new();

    private readonly FrozenDictionary<string, Route> _routes;
    private readonly Uri? _baseAddress;

    /// <exception cref="InvalidOperationException">Two routes have one name.</exception>
    public UrlBuilder(IEnumerable<Route> routes, Uri? baseAddress)
    {
        var named = routes.Where(static route => route.Name is not null).ToLookup(static route => route.Name!, StringComparer.Ordinal);
        if (named.FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException($"Two routes are named '{twice.Key}': {string.Join(" and ", twice)}. Rename one, or register one of their blueprints under another name.");
        }
        _routes = named.ToFrozenDictionary(static group => group.Key, static group => group.First(), StringComparer.Ordinal);
        _baseAddress = baseAddress;
    }

    /// <summary>Makes an address.</summary>
    /// <param name="wanted">What it is for.</param>
    /// <param name="request">The request that it is made for, or null.</param>
    /// <exception cref="ArgumentException">No route has this name, or a parameter is missing or does not fit.</exception>
    /// <exception cref="InvalidOperationException">It must have a host, and none is known.</exception>
    public string Build(UrlRequest wanted, Request? request)
    {
        var (name, isRelative) = (wanted.Name, wanted.Name.StartsWith('.'));
        if (isRelative)
        {
            name = request?.Route is { } current
                ? current.Scope.NameOf(name[1..])
                : throw new ArgumentException($"'{name}' is a route of the blueprint that answers, and none does here: write the whole name.", nameof(wanted));
        }
        if (!_routes.TryGetValue(name, out var route))
        {
            throw NoSuchRoute(name);
        }
        var values = ValuesOf(wanted.Values);
        var inherited = isRelative ? request!.RouteValues : null;
        var url = new StringBuilder(HostOf(route, values, inherited, wanted.IsAbsolute, request));
        AppendPath(url, route, values, inherited);
        AppendQuery(url, route, values);
        return wanted.Fragment is { } fragment ? url.Append('#').Append(UrlText.Fragment(fragment)).ToString() : url.ToString();
    }

    private string HostOf(Route route, KeyValuePair<string, object?>[] values, IReadOnlyDictionary<string, string>? inherited, bool isAbsolute, Request? request)
    {
        var (scheme, authority, root) = request is not null
            ? (request.Connection.Scheme is "https" or "wss" ? "https" : "http", request.Connection.Host, RoutePath.Encode(request.Connection.RootPath))
            : (_baseAddress?.Scheme, _baseAddress?.Authority, _baseAddress?.AbsolutePath.TrimEnd('/') ?? "");
        if (route.Pattern.Host is { } host)
        {
            var name = string.Join('.', host.Labels.Select(label => label.IsParameter ? Value(route, label, values, inherited) ?? throw Missing(route, label) : label.Text)).ToLowerInvariant();
            var port = authority?.LastIndexOf(':') is >= 0 and var colon && colon > authority.LastIndexOf(']') ? authority[colon..] : "";
            isAbsolute |= !string.Equals(name + port, authority, StringComparison.OrdinalIgnoreCase);
            authority = name + port;
            scheme ??= "https";
        }
        if (!isAbsolute)
        {
            return root;
        }
        return string.IsNullOrEmpty(authority)
            ? throw new InvalidOperationException($"The address of {route} must begin with a host, and none is known here: set AppOptions.BaseAddress, or ask a request for it.")
            : $"{scheme}://{authority}{root}";
    }

    private static void AppendPath(StringBuilder url, Route route, KeyValuePair<string, object?>[] values, IReadOnlyDictionary<string, string>? inherited)
    {
        var start = url.Length;
        foreach (var segment in route.Pattern.Segments)
        {
            if (segment.IsOptional && Value(route, segment, values, inherited) is null)
            {
                break;
            }
            url.Append('/');
            foreach (var part in segment.IsMixed ? segment.Parts : [segment])
            {
                url.Append(!part.IsParameter ? UrlText.Segment(part.Text)
                    : Value(route, part, values, inherited) is not { } text ? throw Missing(route, part)
                    : part.IsRest ? RoutePath.Encode(text) : UrlText.Segment(text));
            }
        }
        if (url.Length == start || route.Pattern.Slash == SlashEnd.Yes)
        {
            url.Append('/');
        }
    }

    private static void AppendQuery(StringBuilder url, Route route, KeyValuePair<string, object?>[] values)
    {
        var separator = '?';
        foreach (var (name, value) in values)
        {
            if (route.Pattern.IndexOf(name) >= 0)
            {
                continue;
            }
            foreach (var one in value is IEnumerable list and not string ? list.Cast<object?>() : [value])
            {
                if (one is not null)
                {
                    url.Append(separator).Append(UrlText.Query(name)).Append('=').Append(UrlText.Query(PathConverter.TextOf(one)));
                    separator = '&';
                }
            }
        }
    }

    /// <summary>A parameter's text; null where no value is given.</summary>
    private static string? Value(Route route, PathSegment parameter, KeyValuePair<string, object?>[] values, IReadOnlyDictionary<string, string>? inherited)
    {
        var value = Array.Find(values, pair => string.Equals(pair.Key, parameter.Text, StringComparison.OrdinalIgnoreCase)).Value
            ?? inherited?.GetValueOrDefault(parameter.Text);
        if (value is null || parameter.Converter!.Build(value) is not { Length: > 0 } text)
        {
            return null;
        }
        if (!parameter.Converter.Matches(text))
        {
            throw new ArgumentException($"'{text}' is no {parameter.Converter.Name}, which {route} wants for '{parameter.Text}'.", nameof(values));
        }
        // Clients work these out before they send them, however they are written.
        return (parameter.IsRest ? text.Split('/') : [text]).Any(static segment => segment is "." or "..")
            ? throw new ArgumentException($"'{text}' cannot stand in an address, where '.' and '..' mean another folder: {route} wants another value for '{parameter.Text}'.", nameof(values))
            : text;
    }

    private static ArgumentException Missing(Route route, PathSegment parameter) => new($"{route} needs a value for '{parameter.Text}': add it to the values.", nameof(route));

    private ArgumentException NoSuchRoute(string name)
    {
        var nearest = Spelling.Nearest(name, _routes.Keys);
        return new ArgumentException(
            $"No route is named '{name}'{(nearest is null ? $": name one with .Named(\"{name[(name.LastIndexOf('.') + 1)..]}\")" : $": did you mean '{nearest}', which is {_routes[nearest]}?")}.", nameof(name));
    }

    private static KeyValuePair<string, object?>[] ValuesOf(object? values) => values switch
    {
        null => [],
        IEnumerable<KeyValuePair<string, object?>> pairs => [.. pairs],
        IEnumerable<KeyValuePair<string, string>> pairs => [.. pairs.Select(static pair => KeyValuePair.Create(pair.Key, (object?)pair.Value))],
        _ => Array.ConvertAll(
            Properties.GetOrAdd(values.GetType(), static type => [.. type.GetProperties().Where(static property => property.GetIndexParameters().Length == 0)]),
            property => KeyValuePair.Create(property.Name, property.GetValue(values))),
    };
}

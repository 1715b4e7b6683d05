using System.Buffers;
using Realtime.Http;
using Realtime.Protocol;

namespace Realtime.Middleware;

/// <summary>Refuses requests to hosts that are not the app's.</summary>
internal sealed class TrustedHosts
{
    private static readonly SearchValues<char> NameLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");
    private static readonly SearchValues<char> AddressLetters = SearchValues.Create("ABCDEFabcdef0123456789:.");

    private readonly HashSet<string> _hosts;
    private readonly string[] _endings;

    public TrustedHosts(IReadOnlyCollection<string> hosts)
    {
        _hosts = new HashSet<string>(hosts.Where(static host => !host.StartsWith('*')), StringComparer.OrdinalIgnoreCase);
        _endings = [.. hosts.Where(static host => host.StartsWith('*')).Select(static host => host[1..])];
    }

    public Application Wrap(Application application) => connection => connection switch
    {
        HttpConnection http when !Allows(http.Host) => ErrorBoundary.WriteAsync(http, Refusal(http.Host)),
        WebSocketConnection socket when !Allows(socket.Host) => ErrorBoundary.DenyAsync(socket, Refusal(socket.Host)),
        _ => application(connection),
    };

    /// <summary>Whether a host, with its port if it has one, is trusted.</summary>
    public bool Allows(string host)
    {
        if (!TryName(host, out var name))
        {
            return false;
        }
        var names = _hosts.GetAlternateLookup<ReadOnlySpan<char>>();
        if (names.Contains(name) || names.Contains(host))
        {
            return true;
        }
        foreach (var ending in _endings)
        {
            if (name.Length > ending.Length && name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Takes the port off a host (RFC 9110, section 7.2), and the dot of a name that ends with its root.</summary>
    /// <returns>False where it is no host at all.</returns>
    public static bool TryName(ReadOnlySpan<char> host, out ReadOnlySpan<char> name)
    {
        name = host;
        if (host is ['[', ..])
        {
            var end = host.IndexOf(']');
            if (end < 2 || host[1..end].ContainsAnyExcept(AddressLetters))
            {
                return false;
            }
            name = host[..(end + 1)];
        }
        else if (host.IndexOf(':') is >= 0 and var colon)
        {
            name = host[..colon];
        }
        if (host.Length > name.Length && (host[name.Length] != ':' || host[(name.Length + 1)..].ContainsAnyExceptInRange('0', '9')))
        {
            return false;
        }
        if (name is [] or ['.'])
        {
            return false;
        }
        if (name[0] != '[')
        {
            name = name is [.. var above, '.'] ? above : name;
            return !name.ContainsAnyExcept(NameLetters);
        }
        return true;
    }

    private static Problem Refusal(string host) =>
        Problem.Of(new HttpError(400, $"No site goes by '{host}' here. If it should, add it to TrustedHosts of app.Security.", "unknown_host"));
}

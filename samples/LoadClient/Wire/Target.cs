using System.Net;
using System.Net.Sockets;

namespace Realtime.LoadClient.Wire;

/// <summary>Where a load goes.</summary>
/// <param name="Address">The address that its name stands for.</param>
/// <param name="Host">What the <c>Host</c> header says.</param>
/// <param name="Path">The path with its query.</param>
internal sealed record Target(IPEndPoint Address, string Host, string Path)
{
    /// <summary>Reads a URL.</summary>
    /// <param name="url">An address such as <c>ws://127.0.0.1:5000/realtime</c>.</param>
    /// <param name="mayBeRemote">Whether it may be another machine than this one.</param>
    /// <exception cref="LoadException">It cannot be a target; the message says why.</exception>
    public static Target Of(Uri url, bool mayBeRemote)
    {
        if (url.Scheme is "wss" or "https")
        {
            throw new LoadException($"{url} asks for TLS, which this client does not speak: it would measure itself. Aim it at the app's own port.");
        }
        var address = Resolve(url.Host);
        if (!IPAddress.IsLoopback(address) && !mayBeRemote)
        {
            throw new LoadException($"{url.Host} is another machine. If it is yours and expects this, say --remote.");
        }
        return new Target(new IPEndPoint(address, url.Port), url.Authority, url.PathAndQuery);
    }

    private static IPAddress Resolve(string host)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
        {
            return address;
        }
        try
        {
            var all = Dns.GetHostAddresses(host);
            return all.FirstOrDefault(static each => each.AddressFamily == AddressFamily.InterNetwork) ?? all[0];
        }
        catch (SocketException exception)
        {
            throw new LoadException($"There is no host '{host}': {exception.Message}.");
        }
    }
}

using System.Net;
using Realtime.Protocol;

namespace Realtime.Middleware;

/// <summary>Tells whether a request comes from the machine itself, and from nobody further away through it.</summary>
internal static class LocalClient
{
    private static readonly string[] Forwarding = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"];

    public static bool Is(RequestConnection connection) =>
        connection.Client is { } client && IPAddress.IsLoopback(client.Address.IsIPv4MappedToIPv6 ? client.Address.MapToIPv4() : client.Address)
        && !Array.Exists(Forwarding, connection.RequestHeaders.Contains)
        && IsLocalName(connection.Host);

    // A stranger's page can have its own name lead to this machine; its requests still ask for that name.
    private static bool IsLocalName(string host)
    {
        var name = host.LastIndexOf(':') is >= 0 and var port && port > host.LastIndexOf(']') ? host[..port] : host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }
}

using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Realtime.Conformance.Contract;
using Realtime.Protocol;
using Realtime.Tests.Hosting;

namespace Realtime.Tests.AspNetCore;

/// <summary>An application inside an ASP.NET Core app on its own Kestrel, for the suites.</summary>
internal sealed class AspNetCoreContractServer(WebApplication host, Uri address) : ContractServer
{
    /// <param name="application">The application.</param>
    /// <param name="prefix">Where it is mounted; null for what no endpoint of the host answers.</param>
    public static async Task<ContractServer> StartAsync(Application application, string? prefix = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.UseRealtime(application);
        var host = builder.Build();
        host.MapGet("/of/the/host", () => "the host");
        if (prefix is not null)
        {
            host.MapRealtime(prefix, application);
        }
        await host.StartAsync();
        return new AspNetCoreContractServer(host, new Uri(host.Urls.First() + prefix));
    }

    public override HttpClient Http { get; } = new() { BaseAddress = address };

    public override async Task<WebSocket> ConnectAsync(params string[] subprotocols)
    {
        var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        Array.ForEach(subprotocols, client.Options.AddSubProtocol);
        try
        {
            await client.ConnectAsync(new UriBuilder(address) { Scheme = "ws" }.Uri, CancellationToken.None);
            return client;
        }
        catch (WebSocketException) when (client.HttpStatusCode != 0)
        {
            throw new HandshakeDeniedException((int)client.HttpStatusCode);
        }
    }

    public override async Task<Stream> ConnectRawAsync()
    {
        var stream = await RawClient.ConnectAsync(address);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {address.AbsolutePath} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 101 ", await RawClient.ReadHeadAsync(stream), StringComparison.Ordinal);
        return stream;
    }

    // The client is not disposed of: that would cancel who still reads a response that the server has finished.
    public override async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
    }
}

using System.Net.WebSockets;
using System.Text;
using Realtime.Conformance.Contract;
using Realtime.Hosting;
using Realtime.Protocol;

namespace Realtime.Tests.Hosting;

/// <summary>Kestrel over HTTP/1.1, for the suites.</summary>
internal sealed class KestrelContractServer(KestrelServerHost server) : ContractServer
{
    public static async Task<ContractServer> StartAsync(Application application, bool runInline = true) =>
        new KestrelContractServer(await KestrelServerHost.StartAsync(application, new ServerHostOptions { RunInline = runInline }));

    public override HttpClient Http { get; } = new() { BaseAddress = server.Address };

    public override async Task<WebSocket> ConnectAsync(params string[] subprotocols)
    {
        var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        Array.ForEach(subprotocols, client.Options.AddSubProtocol);
        try
        {
            await client.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws" }.Uri, CancellationToken.None);
            return client;
        }
        catch (WebSocketException) when (client.HttpStatusCode != 0)
        {
            throw new HandshakeDeniedException((int)client.HttpStatusCode);
        }
    }

    public override async Task<Stream> ConnectRawAsync()
    {
        var stream = await RawClient.ConnectAsync(server.Address);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: {server.Address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 101 ", await RawClient.ReadHeadAsync(stream), StringComparison.Ordinal);
        return stream;
    }

    // The client is not disposed of: that would cancel who still reads a response that the server has finished.
    public override ValueTask DisposeAsync() => server.DisposeAsync();
}

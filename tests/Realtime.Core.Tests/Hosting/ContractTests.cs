using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Realtime.Conformance.Contract;
using Realtime.Hosting;
using Realtime.Protocol;

namespace Realtime.Tests.Hosting;

public sealed class KestrelHttpTests : HttpContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(application);
}

public sealed class KestrelWebSocketTests : WebSocketContractTests
{
    protected override int Peers => 200;

    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(application);
}

public sealed class KestrelLifespanTests : LifespanContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(application);
}

internal sealed class KestrelContractServer(KestrelServerHost server) : ContractServer
{
    public static async Task<ContractServer> StartAsync(Application application) => new KestrelContractServer(await KestrelServerHost.StartAsync(application));

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

/// <summary>A TCP connection, for what HttpClient hides.</summary>
internal static class RawClient
{
    public static async Task<NetworkStream> ConnectAsync(Uri address)
    {
        var socket = new System.Net.Sockets.Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Reads up to and with the empty line.</summary>
    public static async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one).AsTask().WaitAsync(TimeSpan.FromSeconds(30)) == 1)
        {
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    /// <summary>Reads until the server ends the connection.</summary>
    public static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }
}

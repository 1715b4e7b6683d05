using System.Net;
using System.Net.WebSockets;
using Realtime.Conformance.Contract;
using Realtime.Hosting;
using Realtime.Protocol;

namespace Realtime.Tests.Hosting;

/// <summary>Kestrel over HTTP/2 without TLS, for the suites: nothing here ever speaks HTTP/1.1.</summary>
internal sealed class Http2ContractServer(KestrelServerHost server) : ContractServer
{
    private readonly HttpMessageInvoker _connects = new(Handler());

    public static async Task<ContractServer> StartAsync(Application application) =>
        new Http2ContractServer(await KestrelServerHost.StartAsync(application, new ServerHostOptions { ClearTextHttp2 = true }));

    public override HttpClient Http { get; } = new(new OnlyHttp2(Handler())) { BaseAddress = server.Address };

    public override async Task<WebSocket> ConnectAsync(params string[] subprotocols)
    {
        var client = new ClientWebSocket();
        client.Options.HttpVersion = System.Net.HttpVersion.Version20;
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        client.Options.CollectHttpResponseDetails = true;
        Array.ForEach(subprotocols, client.Options.AddSubProtocol);
        try
        {
            await client.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws" }.Uri, _connects, CancellationToken.None);
            return client;
        }
        catch (WebSocketException) when (client.HttpStatusCode != 0)
        {
            throw new HandshakeDeniedException((int)client.HttpStatusCode);
        }
    }

    public override async Task<Stream> ConnectRawAsync()
    {
        var request = new HttpRequestMessage(HttpMethod.Connect, server.Address)
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Protocol = "websocket";
        request.Headers.Add("Sec-WebSocket-Version", "13");
        var response = await _connects.SendAsync(request, CancellationToken.None);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStreamAsync();
    }

    // The clients are not disposed of: that would cancel who still reads a response that the server has finished.
    public override ValueTask DisposeAsync() => server.DisposeAsync();

    // A connection has at most 100 streams.
    private static SocketsHttpHandler Handler() => new() { EnableMultipleHttp2Connections = true };

    /// <summary>A request has a version of its own, whatever its client's default.</summary>
    private sealed class OnlyHttp2(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Version = System.Net.HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            var response = await base.SendAsync(request, cancellationToken);
            Assert.Equal(System.Net.HttpVersion.Version20, response.Version);
            return response;
        }
    }
}

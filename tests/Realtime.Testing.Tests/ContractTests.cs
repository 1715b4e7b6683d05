using System.Net.WebSockets;
using Realtime.Conformance.Contract;
using Realtime.Protocol;

namespace Realtime.Testing.Tests;

public sealed class InMemoryHttpTests : HttpContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => InMemoryContractServer.StartAsync(application);
}

public sealed class InMemoryWebSocketTests : WebSocketContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => InMemoryContractServer.StartAsync(application);
}

public sealed class InMemoryLifespanTests : LifespanContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => InMemoryContractServer.StartAsync(application);
}

public sealed class InMemoryAppTests : AppContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => InMemoryContractServer.StartAsync(application);
}

internal sealed class InMemoryContractServer(TestServer server) : ContractServer
{
    public static async Task<ContractServer> StartAsync(Application application) => new InMemoryContractServer(await TestServer.StartAsync(application));

    public override HttpClient Http => server.Http;

    public override async Task<WebSocket> ConnectAsync(params string[] subprotocols)
    {
        try
        {
            return await server.ConnectWebSocketAsync("/", new TestWebSocketOptions { Subprotocols = subprotocols });
        }
        catch (WebSocketDeniedException denied)
        {
            throw new HandshakeDeniedException(denied.Denial.StatusCode);
        }
    }

    public override Task<Stream> ConnectRawAsync() => server.ConnectRawAsync("/");

    public override ValueTask DisposeAsync() => server.DisposeAsync();
}

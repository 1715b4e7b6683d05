namespace Realtime.Testing.InMemory;

/// <summary>Sends an <see cref="HttpClient"/>'s requests straight to the application.</summary>
internal sealed class InMemoryHttpHandler(InMemoryServer server) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var exchange = new InMemoryExchange(server, request);
        server.Run(exchange, static (exchange, application) => exchange.ServeAsync(application));
        try
        {
            return await exchange.Response.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            exchange.Disconnect();
            throw;
        }
    }
}

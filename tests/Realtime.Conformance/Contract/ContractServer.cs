using System.Net.WebSockets;
using Realtime.Protocol;

namespace Realtime.Conformance.Contract;

/// <summary>A server of the contract as the suites use it: something to talk to it with, and a graceful stop.</summary>
public abstract class ContractServer : IAsyncDisposable
{
    /// <summary>Sends requests to the server.</summary>
    public abstract HttpClient Http { get; }

    /// <summary>Opens a WebSocket.</summary>
    /// <exception cref="HandshakeDeniedException">The server refused.</exception>
    public abstract Task<WebSocket> ConnectAsync(params string[] subprotocols);

    /// <summary>Opens a WebSocket and leaves its frames to the test.</summary>
    public abstract Task<Stream> ConnectRawAsync();

    /// <summary>Stops gracefully.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>A server refused a WebSocket handshake.</summary>
public sealed class HandshakeDeniedException(int statusCode) : Exception($"The handshake was denied with {statusCode}.")
{
    public int StatusCode { get; } = statusCode;
}

/// <summary>Starts a server; implemented once per server.</summary>
public delegate Task<ContractServer> StartServer(Application application);

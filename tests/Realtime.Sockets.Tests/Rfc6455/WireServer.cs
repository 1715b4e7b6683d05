using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Hosting;

namespace Realtime.Sockets.Tests.Rfc6455;

/// <summary>A server on a real port for a class of tests: an echo, a compressed echo, and the realtime endpoint.</summary>
public sealed class WireServer : IAsyncLifetime
{
    private readonly RecordedLog _log = new();
    private KestrelServerHost? _host;

    /// <summary>Where it listens.</summary>
    public Uri Address => _host!.Address;

    /// <summary>Its app.</summary>
    public App App { get; } = new();

    /// <summary>The codes that echoes were closed with, newest last.</summary>
    internal System.Collections.Concurrent.ConcurrentQueue<int?> Codes { get; } = new();

    public async Task InitializeAsync()
    {
        App.Services.AddSingleton<ILoggerProvider>(_log);
        App.WebSocket("/echo", EchoAsync);
        App.WebSocket("/deflated", EchoAsync, new SocketOptions { Compression = new SocketCompression { Threshold = 32 } });
        App.Topic("room:{name}", static room => room.On("say", static (string text) => text));
        _host = await KestrelServerHost.StartAsync(App);
    }

    public async Task DisposeAsync()
    {
        await _host!.DisposeAsync();
        AssertQuiet();
    }

    /// <summary>Whatever a peer does wrong, it is nothing to warn of.</summary>
    public void AssertQuiet() => Assert.DoesNotContain(_log.Entries, static entry => entry.Level >= LogLevel.Warning);

    private async Task EchoAsync(Socket socket)
    {
        await foreach (var message in socket.ReadAllAsync())
        {
            await socket.SendAsync(message);
        }
        Codes.Enqueue(socket.CloseCode);
    }
}

namespace Realtime.Integration.Tests.Chat;

/// <summary>One running chat for the tests that do not stop it; each of them talks in a room of its own.</summary>
public sealed class ChatRunning : IAsyncLifetime
{
    private ChatServer? _server;

    public ChatServer Server => _server!;

    public async Task InitializeAsync() => _server = await ChatServer.StartAsync();

    public async Task DisposeAsync() => await _server!.DisposeAsync();
}

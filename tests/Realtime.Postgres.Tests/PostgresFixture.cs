using Realtime.Torture;

namespace Realtime.Postgres;

/// <summary>The server that the tests of this project share; each has a database of its own on it.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    internal PostgresServer Server { get; private set; } = null!;

    // Without fsync: a test of durability has a server of its own.
    public async Task InitializeAsync() => Server = await PostgresServer.StartAsync(fsync: false);

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

/// <summary>Tests on the shared server.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // xunit's name for it.
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
#pragma warning restore CA1711
{
    public const string Name = "PostgreSQL";
}

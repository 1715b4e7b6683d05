using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Testing;

namespace Realtime.Jobs;

/// <summary>A job queue without an app, on a clock that stands still, whose log is kept.</summary>
internal sealed class Workbench : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider _services;

    public Workbench(IJobStore? store = null, ManualTimeProvider? time = null, Action<IServiceCollection>? services = null)
    {
        Time = time ?? new ManualTimeProvider();
        Store = store ?? new InMemoryJobStore(Time);
        Queue.UseStore(_ => Store);
        var collection = new ServiceCollection().AddSingleton<TimeProvider>(Time).AddLogging(logging => logging.AddProvider(Log));
        services?.Invoke(collection);
        _services = collection.BuildServiceProvider();
    }

    public ManualTimeProvider Time { get; }

    public IJobStore Store { get; }

    public JobQueue Queue { get; } = new();

    public LogList Log { get; } = new();

    public static CancellationToken Soon => new CancellationTokenSource(Limit).Token;

    public ValueTask OpenAsync() => Queue.OpenAsync(_services);

    public ValueTask StartAsync() => Queue.StartAsync(_services);

    public async ValueTask DisposeAsync()
    {
        await Queue.DisposeAsync();
        await _services.DisposeAsync();
    }
}

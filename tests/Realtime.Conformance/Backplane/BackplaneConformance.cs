using System.Globalization;
using System.Text;
using Realtime.Sockets;
using Xunit;

namespace Realtime.Conformance.Backplane;

/// <summary>What every backplane promises. Inherit it, and return a new, empty backplane with its clock.</summary>
public abstract partial class BackplaneConformance : IAsyncLifetime
{
    protected static readonly HistoryPolicy Hundred = new(100);
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    protected IBackplane Subject { get; private set; } = null!;

    /// <summary>The backplane's clock.</summary>
    protected abstract TimeProvider Time { get; }

    /// <summary>Makes a backplane over <see cref="Time"/>: a new, empty one, or where history outlives the process, one over what there was.</summary>
    protected abstract IBackplane CreateBackplane(IdempotencyWindow keys);

    /// <summary>Moves <see cref="Time"/> forward.</summary>
    protected abstract void Advance(TimeSpan by);

    public virtual Task InitializeAsync() => OpenAsync(new IdempotencyWindow());

    public virtual async Task DisposeAsync() => await CloseAsync(Subject);

    protected static async Task CloseAsync(IBackplane backplane)
    {
        if (backplane is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
        else
        {
            (backplane as IDisposable)?.Dispose();
        }
    }

    protected static EventData Data(long value) => new(Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));

    protected static long Value(Publication publication) => long.Parse(publication.Data.Json.Span, CultureInfo.InvariantCulture);

    protected async Task OpenAsync(IdempotencyWindow keys)
    {
        if (Subject is { } old)
        {
            await CloseAsync(old);
        }
        Subject = CreateBackplane(keys);
        await Subject.OpenAsync();
    }

    protected async Task<long> PublishAsync(long value = 0, string topic = "t", HistoryPolicy? history = null, string? key = null) =>
        await Subject.PublishAsync(topic, "e", Data(value), history ?? Hundred, key);

    protected async Task PublishManyAsync(int count, HistoryPolicy? history = null)
    {
        for (var value = 1; value <= count; value++)
        {
            await PublishAsync(value, history: history);
        }
    }

    protected async Task<StreamPosition> TopAsync(string topic = "t") => (await Subject.ReadAsync(topic, Hundred, since: null, newest: 0)).Start;

    protected async Task<HistoryPage> ResumeAsync(StreamPosition since, HistoryPolicy? history = null, string topic = "t") =>
        await Subject.ReadAsync(topic, history ?? Hundred, since, newest: 0);
}

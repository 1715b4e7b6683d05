using Realtime.Sockets;

namespace Realtime.Conformance.Backplane;

/// <summary>A backplane that does one thing wrong now and then, to show that the check would see it.</summary>
internal sealed class FaultyBackplane(IBackplane inner, BackplaneFault fault) : IBackplane, IAsyncDisposable
{
    private const int Every = 7;
    private int _count;
    private Publication? _late;

    public ValueTask OpenAsync(CancellationToken cancellationToken = default) => inner.OpenAsync(cancellationToken);

    public ValueTask<long> PublishAsync(
        string topic,
        string name,
        EventData data,
        HistoryPolicy? history,
        string? idempotencyKey = null,
        Recipients recipients = default,
        CancellationToken cancellationToken = default) =>
        inner.PublishAsync(topic, name, data, history, fault == BackplaneFault.ForgetsKeys ? null : idempotencyKey, recipients, cancellationToken);

    public ValueTask<IAsyncDisposable> SubscribeAsync(string topic, Action<Publication> deliver, CancellationToken cancellationToken = default) =>
        inner.SubscribeAsync(topic, publication => Deliver(publication, deliver), cancellationToken);

    public async ValueTask<HistoryPage> ReadAsync(
        string topic, HistoryPolicy history, StreamPosition? since, int newest, CancellationToken cancellationToken = default)
    {
        var page = await inner.ReadAsync(topic, history, since, newest, cancellationToken);
        return fault switch
        {
            BackplaneFault.LosesKept when page.Publications.Count > 1 => page with { Publications = [page.Publications[0], .. page.Publications.Skip(2)] },
            BackplaneFault.SwapsKept when page.Publications.Count > 1 =>
                page with { Publications = [page.Publications[1], page.Publications[0], .. page.Publications.Skip(2)] },
            BackplaneFault.ClaimsRecovery when since is { } place && !page.Recovered => new HistoryPage(place, [], Recovered: true),
            BackplaneFault.NeverRecovers when since is not null && page.Recovered =>
                new HistoryPage(page.Start with { Offset = page.Start.Offset + page.Publications.Count }, [], Recovered: false),
            _ => page,
        };
    }

    public ValueTask<HistoryPage> ReadBeforeAsync(string topic, HistoryPolicy history, long before, int limit, CancellationToken cancellationToken = default) =>
        inner.ReadBeforeAsync(topic, history, before, limit, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        switch (inner)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync();
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }

    private void Deliver(Publication publication, Action<Publication> deliver)
    {
        var isTurn = ++_count % Every == 0;
        if (fault == BackplaneFault.LosesLive && isTurn)
        {
            return;
        }
        if (fault == BackplaneFault.SwapsLive && isTurn)
        {
            _late = publication;
            return;
        }
        deliver(publication);
        if (Interlocked.Exchange(ref _late, null) is { } late)
        {
            deliver(late);
        }
        if (fault == BackplaneFault.DoublesUnderNextOffset && isTurn)
        {
            deliver(new Publication(publication.Topic, publication.Name, publication.Data, publication.Offset + 1, publication.Epoch));
        }
    }
}

/// <summary>What it does wrong.</summary>
public enum BackplaneFault
{
    /// <summary>An event is not delivered.</summary>
    LosesLive,

    /// <summary>An event is delivered behind the next one.</summary>
    SwapsLive,

    /// <summary>An event is delivered again as if it were the next one.</summary>
    DoublesUnderNextOffset,

    /// <summary>A resume lacks an event.</summary>
    LosesKept,

    /// <summary>A resume has two events in the wrong order.</summary>
    SwapsKept,

    /// <summary>A place that is lost is said to be recovered.</summary>
    ClaimsRecovery,

    /// <summary>A place that is kept is said to be lost.</summary>
    NeverRecovers,

    /// <summary>A repeated key publishes again.</summary>
    ForgetsKeys,
}

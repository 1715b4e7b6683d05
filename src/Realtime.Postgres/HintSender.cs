using System.Threading.Channels;
using Realtime.Jobs;

namespace Realtime.Postgres;

/// <summary>
/// Tells other processes that there may be something to do (NOTIFY): at once, and then at most once in a while however much is enqueued,
/// because notifying commits take turns on a lock of the whole database. Losing a hint loses nothing: everyone polls behind it.
/// </summary>
internal sealed class HintSender(PostgresDatabase database, string channel)
{
    public const string Notify = "SELECT pg_notify($1, $2)";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Channel<bool> _wake = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private int _waiting;
    private bool _on;
    private Task _sending = Task.CompletedTask;

    /// <summary>What this process calls itself in its hints, so that it need not follow its own.</summary>
    public string Sender { get; } = Guid.NewGuid().ToString("N")[..12];

    /// <summary>Hints as they are sent.</summary>
    public string Payload(JobHints hints) => $"{(int)hints} {Sender}";

    public void Start(bool on)
    {
        _on = on;
        if (on)
        {
            _sending = Task.Run(RunAsync);
        }
    }

    public void Send(JobHints hints)
    {
        if (_on && hints != JobHints.None)
        {
            Interlocked.Or(ref _waiting, (int)hints);
            _wake.Writer.TryWrite(true);
        }
    }

    public async ValueTask StopAsync()
    {
        // Before it ends it says what it has to say.
        _wake.Writer.TryComplete();
        await _stop.CancelAsync();
        await _sending;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (await _wake.Reader.WaitToReadAsync(CancellationToken.None))
        {
            _wake.Reader.TryRead(out _);
            // Behind the reading: what comes now wakes it again.
            var hints = Interlocked.Exchange(ref _waiting, 0);
            if (hints != 0)
            {
                await NotifyAsync(hints);
            }
            try
            {
                await Task.Delay(Pause, TimeProvider.System, _stop.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }
    }

    private async ValueTask NotifyAsync(int hints)
    {
        try
        {
            await database.RunOnceAsync(
                batch => batch.Add(Notify).With(channel).With(Payload((JobHints)hints)), static _ => new ValueTask<bool>(true), CancellationToken.None);
        }
        catch (JobStoreException)
        {
            // Everyone polls, and whoever listens looks for itself when its connection is back.
        }
    }
}

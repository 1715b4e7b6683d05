using System.Threading.Channels;

namespace Realtime.Jobs;

/// <summary>Wakes one waiting loop. Wake-ups may merge: the store, not the signal, is the truth.</summary>
internal sealed class Wake
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropWrite,
        SingleReader = true,
    });

    private int _set;

    /// <summary>Whether the loop is still to look.</summary>
    public bool IsSet => Volatile.Read(ref _set) != 0;

    public void Set()
    {
        if (Volatile.Read(ref _set) == 0 && Interlocked.Exchange(ref _set, 1) == 0)
        {
            _channel.Writer.TryWrite(true);
        }
    }

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        await _channel.Reader.ReadAsync(cancellationToken);
        // Cleared before the caller looks, so that a Set while it looks wakes it again.
        Volatile.Write(ref _set, 0);
    }
}

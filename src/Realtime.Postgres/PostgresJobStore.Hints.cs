using Realtime.Jobs;

namespace Realtime.Postgres;

public sealed partial class PostgresJobStore
{
    private readonly HintSender _hints;

    private string Channel => _options.Schema + "_jobs";

    /// <inheritdoc/>
    public Task ListenAsync(Action<JobHints> hint, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(hint);
        return _options.HasHints ? new HintListener(_database, Channel, _hints.Sender, hint).RunAsync(stopping) : Task.CompletedTask;
    }
}

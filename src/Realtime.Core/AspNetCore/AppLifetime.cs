using Microsoft.Extensions.Hosting;

namespace Realtime.AspNetCore;

/// <summary>The life of an app as ASP.NET Core's services ask for it.</summary>
internal sealed class AppLifetime : IHostApplicationLifetime
{
    private readonly CancellationTokenSource _started = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly App _app;

    public AppLifetime(App app)
    {
        _app = app;
        // Asked for while the app is built or later: it starts right behind that.
        _started.Cancel();
    }

    public CancellationToken ApplicationStarted => _started.Token;

    public CancellationToken ApplicationStopping => _app.Stopping;

    public CancellationToken ApplicationStopped => _stopped.Token;

    public void StopApplication() => throw new NotSupportedException("An app is stopped by who runs it: end the token given to RunAsync, or send SIGTERM.");
}

using Realtime.Integration.Tests.History;

namespace Realtime.Integration.Tests.Stopping;

/// <summary>
/// The app that is sent signals. The test assembly is a program too, so that <c>dotnet Realtime.Integration.Tests.dll</c> runs
/// this in a process of its own. It says on its output how far it is.
/// </summary>
internal static class StopApp
{
    public static Task<int> Main(string[] args) => args is ["history", var file, .. var rest] ? HistoryApp.RunAsync(file, rest) : RunAsync(args);

    private static Task<int> RunAsync(string[] args)
    {
        var app = new App(new AppOptions { ShutdownTimeout = TimeSpan.FromMinutes(5) });
        app.Topics.Options = new RealtimeOptions { ReconnectWindow = TimeSpan.FromSeconds(7) };

        // Answered when its client has sent all of it.
        app.Post("/upload", async (Request request) =>
        {
            Console.WriteLine("upload runs");
            return await request.ReadTextAsync();
        });

        // Never answered.
        app.Get("/hang", async () =>
        {
            Console.WriteLine("hang runs");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        });

        app.WebSocket("/raw", async (Socket socket) =>
        {
            await foreach (var message in socket.ReadAllAsync())
            {
                await socket.SendAsync(message);
            }
        });
        app.Topic("room:{name}", static _ => { });

        app.OnStopping(static () => Console.WriteLine("stopping"));
        app.OnStop(static _ =>
        {
            Console.WriteLine("stopped");
            return default;
        });
        return app.RunAsync(args);
    }
}

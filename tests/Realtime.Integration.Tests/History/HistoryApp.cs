namespace Realtime.Integration.Tests.History;

/// <summary>The app that is killed: its topic is in a SQLite file. The test assembly is a program too: <c>dotnet Realtime.Integration.Tests.dll history FILE</c> runs it.</summary>
internal static class HistoryApp
{
    public static Task<int> RunAsync(string file, string[] args)
    {
        var app = new App();
        app.Topics.UseSqlite(file);
        // The writer waits for each answer and for nothing else: on a fast disk that is more than a client may send by default.
        app.Topics.Options = new RealtimeOptions { MessagesPerSecond = 100_000, MessageBurst = 100_000 };
        app.Topic("log", log =>
        {
            log.History(size: 10_000);
            // The number is the key: who does not know whether it was kept says it again.
            log.On("say", async (Member member, int number) => await member.Topic.PublishAsync("said", number, idempotencyKey: $"{number}"));
        });
        return app.RunAsync(args);
    }
}

using Realtime;

/// <summary>An app whose job fails as often as it is told to.</summary>
internal static class FlakyApp
{
    public static Job<Args> Flaky { get; private set; } = null!;

    public static App Create()
    {
        var app = new App();
        Flaky = app.Job("flaky", (Args args, JobContext job) =>
            job.Attempt > args.FailTimes ? Task.CompletedTask : throw new InvalidOperationException("Not yet."));
        return app;
    }

    internal sealed record Args(int FailTimes);
}

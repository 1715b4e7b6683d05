using Realtime;

/// <summary>An app that sends mail: its jobs are what the guide's page on testing is about.</summary>
internal static class MailApp
{
    private static readonly AsyncLocal<List<string>> OfTest = new();

    /// <summary>The subjects that were sent, in the test that made the app.</summary>
    public static IReadOnlyList<string> Sent => OfTest.Value!;

    public static App Create()
    {
        var sent = OfTest.Value = [];
        var app = new App();
        var mail = app.Job("mail.send", (Mail args, JobContext job) =>
        {
            sent.Add(args.Subject);
            return Task.CompletedTask;
        });
        app.Cron("daily report", "0 3 * * *", mail, new Mail("ops@example.org", "Report"));
        app.Post("/sign-up", async (SignUp args) =>
        {
            await mail.EnqueueAsync(new Mail(args.Email, "Welcome"));
            await mail.EnqueueAsync(new Mail(args.Email, "How is it going?"), delay: TimeSpan.FromDays(7));
        });
        return app;
    }

    internal sealed record SignUp(string Email);
}

internal sealed record Mail(string To, string Subject);

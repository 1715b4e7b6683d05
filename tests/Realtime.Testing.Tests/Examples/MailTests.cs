using Realtime.Testing;
using Xunit;

public sealed class MailTests
{
    [Fact]
    public async Task Signing_up_sends_a_mail_and_reminds_after_a_week()
    {
        await using var server = await TestServer.StartAsync(MailApp.Create(), new TestServerOptions { Jobs = TestJobs.Manual });

        await server.Http.PostAsJsonAsync("/sign-up", new { email = "ada@example.org" });

        var mails = server.Jobs.Enqueued<Mail>("mail.send");
        Assert.Equal("Welcome", mails[0].Args.Subject);
        Assert.Equal(TimeSpan.FromDays(7), mails[1].Delay);
    }

    [Fact]
    public async Task A_week_of_jobs_passes_in_a_line()
    {
        await using var server = await TestServer.StartAsync(MailApp.Create());
        await server.Http.PostAsJsonAsync("/sign-up", new { email = "ada@example.org" });

        await server.AdvanceAsync(TimeSpan.FromDays(7));    // every delay, retry and schedule of the week, at its time

        Assert.Equal(["Welcome", "Report", "Report", "Report", "Report", "Report", "Report", "Report", "How is it going?"], MailApp.Sent);
    }

    [Fact]
    public async Task Jobs_run_inside_the_enqueue()
    {
        await using var server = await TestServer.StartAsync(MailApp.Create(), new TestServerOptions { Jobs = TestJobs.Inline });

        await server.Http.PostAsJsonAsync("/sign-up", new { email = "ada@example.org" });

        Assert.Equal(["Welcome"], MailApp.Sent);
    }
}

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Diagnostics;
using Realtime.Jobs;

namespace Realtime;

/// <summary>Carries what happens to jobs to the topic <c>job:{id}</c> of each.</summary>
internal sealed class JobTopics(App app)
{
    // What whoever joins is shown of the log; the rest is under the job's route.
    private const int NewestLines = 100;

    private ILogger? _logger;

    private ILogger Logger => _logger ??= app.Provider.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.JobTopics");

    public static void Attach(App app, JobAccess access)
    {
        var topics = new JobTopics(app);
        app.Topic("job:{id}", job =>
        {
            job.OnJoin(async (Member member, string id, CancellationToken cancellation) =>
                await access.FindAsync(member.Request, id, cancellation) ?? throw new TopicError("not_found", "There is no such job."));
            // Once it hears live events, so that nothing falls between the answer to its join and the first of them.
            job.OnJoined(async (Member member, string id, CancellationToken cancellation) =>
            {
                if (await app.Jobs.FindAsync(Guid.Parse(id), cancellation) is { } status)
                {
                    await topics.TellNewestAsync(member, status, cancellation);
                }
            });
        });
        app.Jobs.Observe(topics.Publish);
    }

    private async ValueTask TellNewestAsync(Member member, JobStatus status, CancellationToken cancellationToken)
    {
        // A line may come once more as it happens: its number tells.
        foreach (var line in (await app.Jobs.Handle(status.Id).LogAsync(cancellationToken: cancellationToken)).TakeLast(NewestLines))
        {
            await member.SendAsync("log", line);
        }
        if (status.Progress is { } fraction)
        {
            await member.SendAsync("progress", new Progress(fraction, status.Message));
        }
        await (status.State switch
        {
            JobState.Succeeded => member.SendAsync("done", new Done(status.Result)),
            JobState.Failed or JobState.Cancelled or JobState.Quarantined => member.SendAsync("failed", new Failed(status.State, status.Error)),
            _ => member.SendAsync("state", new Standing(status.State, status.Attempt, status.DueAt, status.Error)),
        });
    }

    private void Publish(JobEvent happened)
    {
        var topic = $"job:{happened.Id}";
        var published = happened switch
        {
            JobStarted started => app.Topics.PublishAsync(topic, "state", new Standing(JobState.Running, started.Attempt, null, null)),
            JobProgressed progressed => app.Topics.PublishAsync(topic, "progress", new Progress(progressed.Fraction, progressed.Message)),
            JobLogged logged => app.Topics.PublishAsync(topic, "log", logged.Line),
            JobRetrying retrying => app.Topics.PublishAsync(topic, "state", new Standing(
                retrying.DueAt is null ? JobState.Available : JobState.Scheduled, retrying.Attempt, retrying.DueAt, retrying.Error)),
            JobFinished { State: JobState.Succeeded } finished => app.Topics.PublishAsync(topic, "done", new Done(finished.Result)),
            JobFinished finished => app.Topics.PublishAsync(topic, "failed", new Failed(finished.State, finished.Error)),
            _ => default,
        };
        if (!published.IsCompletedSuccessfully)
        {
            _ = WatchAsync(published.AsTask(), topic);
        }
    }

    private async Task WatchAsync(Task published, string topic)
    {
        try
        {
            await published;
        }
        catch (Exception exception)
        {
            JobTopicLog.PublishFailed(Logger, exception, topic);
        }
    }

    private sealed record Progress(double Fraction, string? Message);

    private sealed record Standing(JobState State, int Attempt, DateTimeOffset? DueAt, JobError? Error);

    private sealed record Done(JsonElement? Result);

    private sealed record Failed(JobState State, JobError? Error);
}

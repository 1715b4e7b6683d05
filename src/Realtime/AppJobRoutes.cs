namespace Realtime;

/// <summary>Shows an app's jobs to browsers.</summary>
public static class AppJobRoutes
{
    extension(App app)
    {
        /// <summary>
        /// Adds <c>GET {prefix}/{id}</c> (where a job stands), <c>GET {prefix}/{id}/log?after={number}</c> (the lines it wrote),
        /// <c>DELETE {prefix}/{id}</c> (asks for its cancel, and of all that belongs to it) and the topic
        /// <c>job:{id}</c>, on which its members hear <c>log</c>, <c>progress</c>, <c>state</c>, <c>done</c> and <c>failed</c> as it happens.
        /// </summary>
        /// <param name="prefix">The path the jobs appear under.</param>
        /// <param name="authorize">
        /// Says whether a request, or the handshake of a connection, may see and cancel a job; where it says no, the job does not
        /// exist. Null lets whoever knows a job's id: it has 74 random bits, so it cannot be guessed, but it can be passed on.
        /// </param>
        public void JobRoutes(string prefix = "/jobs", Func<Request, Guid, ValueTask<bool>>? authorize = null)
        {
            ArgumentNullException.ThrowIfNull(prefix);
            prefix = prefix.TrimEnd('/');
            app.Jobs.RoutePrefix = prefix;
            var access = new JobAccess(app.Jobs, authorize);
            app.Get(prefix + "/{id}", async (string id, Request request, CancellationToken cancellation) =>
                await access.FindAsync(request, id, cancellation) ?? throw NoSuchJob(id));
            app.Get(prefix + "/{id}/log", async (string id, Request request, CancellationToken cancellation, long after = 0) =>
            {
                var job = await access.FindAsync(request, id, cancellation) ?? throw NoSuchJob(id);
                return await app.Jobs.Handle(job.Id).LogAsync(after, cancellationToken: cancellation);
            });
            app.Delete(prefix + "/{id}", async (string id, Request request, CancellationToken cancellation) =>
            {
                var job = await access.FindAsync(request, id, cancellation) ?? throw NoSuchJob(id);
                var state = await app.Jobs.CancelAsync(job.Id, cancellation) ?? throw NoSuchJob(id);
                // 200: it had ended already, and there is nothing more to be done.
                return Response.Json(job with { State = state }, status: job.FinishedAt is null ? 202 : 200);
            });
            JobTopics.Attach(app, access);
        }
    }

    private static HttpError NoSuchJob(string id) =>
        HttpError.NotFound($"There is no job '{id}'. It may have finished so long ago that it is no longer kept.");
}

namespace Realtime.Testing;

/// <summary>The jobs of an app under test.</summary>
public static class TestServerJobs
{
    extension(TestServer server)
    {
        /// <summary>
        /// The app's jobs. <see cref="JobQueue.DrainAsync"/> runs what is due now; advance <see cref="TestServer.Time"/> to make more due.
        /// </summary>
        /// <exception cref="InvalidOperationException">The server was started without an app.</exception>
        public JobQueue Jobs => server.App?.Jobs
            ?? throw new InvalidOperationException("This server was started with an application, not an App, so it has no jobs.");

        /// <summary>
        /// Moves the clock forward from one due time to the next and runs what is due at each: a week of schedules, delays and retries in the
        /// order and at the times of life. (<see cref="ManualTimeProvider.Advance"/> jumps at once; what came due on the way then runs at the end.)
        /// </summary>
        /// <param name="by">How far, zero or more.</param>
        /// <param name="cancellationToken">Gives up.</param>
        public async Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken = default)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
            var end = server.Time.GetUtcNow() + by;
            await server.Jobs.DrainAsync(cancellationToken);
            while (await server.Jobs.NextDueAsync(cancellationToken) is { } next && next > server.Time.GetUtcNow() && next <= end)
            {
                server.Time.Advance(next - server.Time.GetUtcNow());
                await server.Jobs.DrainAsync(cancellationToken);
            }
            server.Time.Advance(end - server.Time.GetUtcNow());
            await server.Jobs.DrainAsync(cancellationToken);
        }
    }
}

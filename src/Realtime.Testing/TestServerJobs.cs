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
    }
}

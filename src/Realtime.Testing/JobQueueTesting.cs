using System.Text.Json;

namespace Realtime.Testing;

/// <summary>Looks at what an app under test has enqueued.</summary>
public static class JobQueueTesting
{
    extension(JobQueue jobs)
    {
        /// <summary>
        /// The jobs of a name that were enqueued since the test began, in order, whatever has become of them:
        /// <c>Assert.Equal("ada@example.org", Assert.Single(server.Jobs.Enqueued&lt;Mail&gt;("mail.send")).Args.To)</c>.
        /// </summary>
        /// <typeparam name="TArgs">Their arguments.</typeparam>
        /// <param name="name">The name.</param>
        /// <exception cref="JsonException">The arguments are of another kind.</exception>
        /// <exception cref="InvalidOperationException">The queue is not that of an app that a <see cref="TestServer"/> runs.</exception>
        public IReadOnlyList<TestJob<TArgs>> Enqueued<TArgs>(string name) => EnqueuedJobs.Of(jobs).Read<TArgs>(name);

        /// <summary>The jobs of a kind that were enqueued since the test began.</summary>
        /// <typeparam name="TArgs">Their arguments.</typeparam>
        /// <param name="job">The kind.</param>
        /// <exception cref="InvalidOperationException">The queue is not that of an app that a <see cref="TestServer"/> runs.</exception>
        public IReadOnlyList<TestJob<TArgs>> Enqueued<TArgs>(Job<TArgs> job)
        {
            ArgumentNullException.ThrowIfNull(job);
            return EnqueuedJobs.Of(jobs).Read<TArgs>(job.Name);
        }

        /// <summary>All jobs that were enqueued since the test began, in order, with their arguments as JSON.</summary>
        /// <exception cref="InvalidOperationException">The queue is not that of an app that a <see cref="TestServer"/> runs.</exception>
        public IReadOnlyList<TestJob<JsonElement>> Enqueued() => EnqueuedJobs.Of(jobs).Read<JsonElement>(null);
    }
}

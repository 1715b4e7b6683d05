using Realtime.Jobs;

namespace Realtime;

/// <summary>Encrypts what jobs are about, for stores that others can read.</summary>
public static class JobEncryption
{
    extension(JobQueue jobs)
    {
        /// <summary>
        /// Encrypts the arguments of all jobs on their way into the store, and decrypts them before they run; and likewise what jobs return
        /// (which flows hand on as arguments) and record (<see cref="JobContext.StepAsync{T}"/>, cursors). Names, keys, tags, headers, progress, log
        /// lines and errors are not encrypted. Every process of the store needs the keys.
        /// </summary>
        /// <param name="keys">The keys.</param>
        /// <param name="allowPlain">
        /// Whether jobs run whose arguments are not encrypted, as those that were enqueued before. True unless set; with false they are
        /// quarantined, so that nobody who can only write to the store gets a job run.
        /// </param>
        public void EncryptArgs(JobKeyRing keys, bool allowPlain = true)
        {
            ArgumentNullException.ThrowIfNull(keys);
            jobs.UseEnqueue((enqueue, next) =>
            {
                foreach (var job in enqueue.Jobs)
                {
                    job.ArgsJson = keys.Encrypt(job.Id, job.ArgsJson.Span);
                }
                return next(enqueue);
            });
            jobs.AroundStore = store => new SealedJobStore(store, keys, allowPlain);
            jobs.Use((job, next) =>
            {
                if (job.IsGivenResults)
                {
                    // The results come out of the store decrypted.
                    return next(job);
                }
                if (keys.Decrypt(job.Id, job.ArgsJson.Span) is { } args)
                {
                    job.ArgsJson = args;
                }
                else if (!allowPlain)
                {
                    throw new JobArgsException("Its arguments are not encrypted, and this program runs only jobs whose arguments are.");
                }
                return next(job);
            });
        }
    }
}

using System.Runtime.CompilerServices;
using Realtime.Binding;
using Realtime.Jobs;

namespace Realtime;

/// <summary>Adds jobs to an app.</summary>
public static class AppJobs
{
    extension(App app)
    {
        /// <summary>The app's background jobs, kept in memory unless it is told otherwise (<c>app.Jobs.UseSqlite("jobs.db")</c>).</summary>
        public JobQueue Jobs => app.Extend(Attach);

        /// <summary>Adds a kind of job whose handler returns a result.</summary>
        /// <typeparam name="TArgs">The arguments, which are stored as JSON.</typeparam>
        /// <typeparam name="TResult">The result, which is stored as JSON.</typeparam>
        /// <param name="name">The name that stored jobs carry, for good: a rename keeps the old one in <see cref="JobOptions.Aliases"/>.</param>
        /// <param name="handler">Runs one attempt.</param>
        /// <param name="options">How it is run; null for the defaults.</param>
        /// <exception cref="InvalidOperationException">The name is taken, or an option is out of range.</exception>
        // An async lambda fits a Task and a ValueTask alike; the priorities choose.
        [OverloadResolutionPriority(4)]
        public Job<TArgs, TResult> Job<TArgs, TResult>(string name, Func<TArgs, JobContext, Task<TResult>> handler, JobOptions? options = null) =>
            app.Jobs.Define<TArgs, TResult>(name, handler, options);

        /// <inheritdoc cref="extension(App).Job{TArgs, TResult}(string, Func{TArgs, JobContext, Task{TResult}}, JobOptions)"/>
        [OverloadResolutionPriority(3)]
        public Job<TArgs> Job<TArgs>(string name, Func<TArgs, JobContext, Task> handler, JobOptions? options = null) =>
            app.Jobs.Define<TArgs>(name, handler, options);

        /// <inheritdoc cref="extension(App).Job{TArgs, TResult}(string, Func{TArgs, JobContext, Task{TResult}}, JobOptions)"/>
        [OverloadResolutionPriority(2)]
        public Job<TArgs, TResult> Job<TArgs, TResult>(string name, Func<TArgs, JobContext, ValueTask<TResult>> handler, JobOptions? options = null) =>
            app.Jobs.Define<TArgs, TResult>(name, handler, options);

        /// <inheritdoc cref="extension(App).Job{TArgs, TResult}(string, Func{TArgs, JobContext, Task{TResult}}, JobOptions)"/>
        [OverloadResolutionPriority(1)]
        public Job<TArgs> Job<TArgs>(string name, Func<TArgs, JobContext, ValueTask> handler, JobOptions? options = null) =>
            app.Jobs.Define<TArgs>(name, handler, options);

        /// <summary>Adds a kind of job with a handler of any shape: <c>app.Job&lt;Shrink&gt;("image.shrink", (Shrink args, Images images) => …)</c>.</summary>
        /// <typeparam name="TArgs">The arguments, which are stored as JSON.</typeparam>
        /// <param name="name">The name that stored jobs carry, for good.</param>
        /// <param name="handler">
        /// Sync or async; its parameters are the arguments, <see cref="JobContext"/>, <see cref="CancellationToken"/> and services.
        /// </param>
        /// <param name="options">How it is run; null for the defaults.</param>
        /// <exception cref="InvalidOperationException">The name is taken, or an option is out of range.</exception>
        public Job<TArgs> Job<TArgs>(string name, Delegate handler, JobOptions? options = null) =>
            app.Jobs.Define<TArgs>(name, handler, options);

        /// <inheritdoc cref="extension(App).Job{TArgs}(string, Delegate, JobOptions)"/>
        /// <typeparam name="TArgs">The arguments, which are stored as JSON.</typeparam>
        /// <typeparam name="TResult">What the handler returns once awaited.</typeparam>
        public Job<TArgs, TResult> Job<TArgs, TResult>(string name, Delegate handler, JobOptions? options = null) =>
            app.Jobs.Define<TArgs, TResult>(name, handler, options);

        /// <summary>Adds a kind of job that a class runs: <c>app.Job&lt;Shrink, ShrinkHandler&gt;("image.shrink")</c>.</summary>
        /// <inheritdoc cref="JobQueue.DefineHandler{TArgs, THandler}"/>
        public Job<TArgs> Job<TArgs, THandler>(string name, JobOptions? options = null)
            where THandler : class, IJobHandler<TArgs> => app.Jobs.DefineHandler<TArgs, THandler>(name, options);

        /// <summary>Adds a kind of job that a class runs, with a result: <c>app.Job&lt;Shrink, Shrunk, ShrinkHandler&gt;("image.shrink")</c>.</summary>
        /// <inheritdoc cref="JobQueue.DefineHandler{TArgs, TResult, THandler}"/>
        public Job<TArgs, TResult> Job<TArgs, TResult, THandler>(string name, JobOptions? options = null)
            where THandler : class, IJobHandler<TArgs, TResult> => app.Jobs.DefineHandler<TArgs, TResult, THandler>(name, options);

        /// <inheritdoc cref="JobQueue.Cron{TArgs}"/>
        public Schedule Cron<TArgs>(string name, string expression, Job<TArgs> job, TArgs args, TimeZoneInfo? zone = null, CatchUp? catchUp = null) =>
            app.Jobs.Cron(name, expression, job, args, zone, catchUp);

        /// <inheritdoc cref="JobQueue.Every{TArgs}"/>
        public Schedule Every<TArgs>(string name, TimeSpan interval, Job<TArgs> job, TArgs args, CatchUp? catchUp = null) =>
            app.Jobs.Every(name, interval, job, args, catchUp);
    }

    private static JobQueue Attach(App app)
    {
        var jobs = new JobQueue(app.Json)
        {
            ResolveService = parameter => ServiceBinding.Resolve<JobContext>(parameter, app, static job => job.Services),
        };
        app.OnBuild(() => jobs.Compile(app.Provider));
        app.OnStart(cancellationToken => jobs.StartAsync(app.Provider, cancellationToken));
        app.OnStopping(jobs.StopFetching);
        app.OnStop(jobs.StopAsync);
        app.Command(new JobsCommand(app, jobs).Build());
        return jobs;
    }
}

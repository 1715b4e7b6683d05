using Microsoft.Extensions.DependencyInjection;

namespace Realtime;

public sealed partial class JobQueue
{
    private readonly List<Func<JobContext, JobDelegate, ValueTask<object?>>> _around = [];
    private readonly List<Func<JobEnqueue, EnqueueDelegate, ValueTask>> _aroundEnqueue = [];
    private JobDelegate? _run;

    /// <summary>
    /// Wraps every attempt at a job of this process; the first added is the outermost:
    /// <c>jobs.Use(async (job, next) => { using var _ = Tenant.Enter(job.Headers["tenant"]); return await next(job); })</c>.
    /// </summary>
    /// <param name="middleware">Calls <c>next</c> once and returns what that returned. An exception out of it fails the attempt.</param>
    public void Use(Func<JobContext, JobDelegate, ValueTask<object?>> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        ThrowIfOpen();
        _around.Add(middleware);
    }

    /// <summary>Wraps every attempt in a class, which is made of the attempt's services.</summary>
    /// <typeparam name="TMiddleware">The class; it need not be among the services.</typeparam>
    public void Use<TMiddleware>()
        where TMiddleware : class, IJobMiddleware =>
        Use(static (job, next) => ActivatorUtilities.GetServiceOrCreateInstance<TMiddleware>(job.Services).InvokeAsync(job, next));

    /// <summary>
    /// Wraps every enqueue of this process, those of schedules and flows included; the first added is the outermost:
    /// <c>jobs.UseEnqueue(async (enqueue, next) => { foreach (var job in enqueue.Jobs) job.SetHeader("tenant", Tenant.Name); await next(enqueue); })</c>.
    /// </summary>
    /// <param name="middleware">Calls <c>next</c> once. An exception out of it reaches the one who enqueues, and nothing is enqueued if <c>next</c> was not called.</param>
    /// <param name="isOutermost">Whether it goes around what was added before, as what only watches does, to see jobs as they were asked for.</param>
    public void UseEnqueue(Func<JobEnqueue, EnqueueDelegate, ValueTask> middleware, bool isOutermost = false)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        ThrowIfOpen();
        _aroundEnqueue.Insert(isOutermost ? 0 : _aroundEnqueue.Count, middleware);
    }

    /// <summary>Wraps every enqueue in a class, which is made once of the app's services.</summary>
    /// <typeparam name="TMiddleware">The class; it need not be among the services.</typeparam>
    public void UseEnqueue<TMiddleware>()
        where TMiddleware : class, IEnqueueMiddleware
    {
        TMiddleware? made = null;
        UseEnqueue((enqueue, next) =>
        {
            made ??= ActivatorUtilities.GetServiceOrCreateInstance<TMiddleware>(Runtime.Services);
            return made.InvokeAsync(enqueue, next);
        });
    }

    /// <summary>Runs an attempt with the middleware around it; null where there is none.</summary>
    internal JobDelegate? RunWithMiddleware => _around.Count == 0 ? null : _run ??= Compose();

    private JobDelegate Compose()
    {
        JobDelegate run = static job => job.RunHandlerAsync();
        for (var index = _around.Count - 1; index >= 0; index--)
        {
            var (middleware, next) = (_around[index], run);
            run = job => middleware(job, next);
        }
        return run;
    }
}

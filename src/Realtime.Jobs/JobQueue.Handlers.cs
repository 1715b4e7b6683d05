using Realtime.Jobs;

namespace Realtime;

public sealed partial class JobQueue
{
    /// <summary>Adds a kind of job that a class runs.</summary>
    /// <typeparam name="TArgs">The arguments.</typeparam>
    /// <typeparam name="THandler">The class. It need not be registered with the services; its constructor's parameters do.</typeparam>
    /// <param name="name">The name that stored jobs carry, for good: a rename keeps the old one in <see cref="JobOptions.Aliases"/>.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <exception cref="InvalidOperationException">The name is taken, or an option is out of range.</exception>
    public Job<TArgs> DefineHandler<TArgs, THandler>(string name, JobOptions? options = null)
        where THandler : class, IJobHandler<TArgs>
    {
        var handlers = new HandlerClass<THandler>();
        Func<TArgs, JobContext, Task> run = (args, job) => handlers.RunAsync(job, handler => handler.RunAsync(args, job));
        return Add(new Job<TArgs>(this, name, run, options ?? new JobOptions()) { HandlerClass = handlers });
    }

    /// <inheritdoc cref="DefineHandler{TArgs, THandler}"/>
    /// <typeparam name="TArgs">The arguments.</typeparam>
    /// <typeparam name="TResult">The result.</typeparam>
    /// <typeparam name="THandler">The class. It need not be registered with the services; its constructor's parameters do.</typeparam>
    public Job<TArgs, TResult> DefineHandler<TArgs, TResult, THandler>(string name, JobOptions? options = null)
        where THandler : class, IJobHandler<TArgs, TResult>
    {
        var handlers = new HandlerClass<THandler>();
        Func<TArgs, JobContext, Task<TResult>> run = async (args, job) =>
        {
            TResult result = default!;
            await handlers.RunAsync(job, async handler => result = await handler.RunAsync(args, job));
            return result;
        };
        return Add(new Job<TArgs, TResult>(this, name, run, options ?? new JobOptions()) { HandlerClass = handlers });
    }
}

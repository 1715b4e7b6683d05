using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Realtime.Jobs;

/// <summary>Makes the instances of a handler's class, one for each attempt.</summary>
internal sealed class HandlerClass<THandler> : HandlerClass
    where THandler : class
{
    private readonly ObjectFactory<THandler> _create = ActivatorUtilities.CreateFactory<THandler>([]);

    public override Type Type => typeof(THandler);

    public async Task RunAsync(JobContext job, Func<THandler, Task> run)
    {
        if (job.Services.GetService<THandler>() is { } registered)
        {
            // Its own container disposes of it.
            await run(registered);
            return;
        }
        var handler = _create(job.Services, null);
        try
        {
            await run(handler);
        }
        finally
        {
            switch (handler)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync();
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
    }
}

/// <summary>A class that runs jobs.</summary>
internal abstract class HandlerClass
{
    public abstract Type Type { get; }

    /// <summary>Sees at the start that the services can make it, which they do only when the first job comes.</summary>
    /// <exception cref="InvalidOperationException">A parameter of its constructors is no service; the message names it.</exception>
    public void Check(string job, IServiceProvider services)
    {
        if (services.GetService<IServiceProviderIsService>() is not { } known || known.IsService(Type))
        {
            return;
        }
        var constructors = Type.GetConstructors();
        var missing = constructors.Select(one => Array.Find(one.GetParameters(), parameter => !parameter.HasDefaultValue && !IsKnown(parameter))).ToArray();
        if (missing.Length > 0 && Array.TrueForAll(missing, static parameter => parameter is not null))
        {
            throw new InvalidOperationException(
                $"The job '{job}': the constructor of {Type.Name} takes '{missing[0]!.Name}' of type {missing[0]!.ParameterType.Name}, which is no service: register it with the services.");
        }

        bool IsKnown(ParameterInfo parameter) => parameter.IsDefined(typeof(FromKeyedServicesAttribute)) || known.IsService(parameter.ParameterType);
    }
}

using Microsoft.AspNetCore.Builder;
using Realtime.Conformance.Contract;
using Realtime.Protocol;
using Realtime.Tests.Hosting;

namespace Realtime.Tests.AspNetCore;

public sealed class AspNetCoreHttpTests : HttpContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => AspNetCoreContractServer.StartAsync(application);
}

public sealed class AspNetCoreAppTests : AppContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => AspNetCoreContractServer.StartAsync(application);
}

public sealed class AspNetCoreWebSocketTests : WebSocketContractTests
{
    protected override int Peers => 50;

    protected override Task<ContractServer> StartAsync(Application application) => AspNetCoreContractServer.StartAsync(application);
}

public sealed class AspNetCoreLifespanTests : LifespanContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => AspNetCoreContractServer.StartAsync(application);
}

/// <summary>An application behind middleware of ASP.NET Core, on our own Kestrel.</summary>
public sealed class PipelineHttpTests : HttpContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(Pipeline.Around(application));
}

public sealed class PipelineAppTests : AppContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(Pipeline.Around(application));
}

public sealed class PipelineWebSocketTests : WebSocketContractTests
{
    protected override int Peers => 50;

    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(Pipeline.Around(application));
}

public sealed class PipelineLifespanTests : LifespanContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(Pipeline.Around(application));
}

internal static class Pipeline
{
    /// <summary>Middleware that looks on, and says something when the response starts.</summary>
    public static Application Around(Application application)
    {
        var app = new App();
        app.UseAspNetCore(static pipeline => pipeline.Use(static (context, next) =>
        {
            context.Response.OnStarting(static _ => Task.CompletedTask, context);
            return next();
        }));
        app.Use(_ => application);
        return app.Build();
    }
}

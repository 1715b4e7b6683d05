using Realtime.Conformance.Contract;
using Realtime.Protocol;

namespace Realtime.Tests.Hosting;

public sealed class KestrelHttpTests : HttpContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(application);
}

public sealed class KestrelWebSocketTests : WebSocketContractTests
{
    protected override int Peers => 200;

    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(application);
}

public sealed class PlatformTransportHttpTests : HttpContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(application, runInline: false);
}

public sealed class PlatformTransportWebSocketTests : WebSocketContractTests
{
    protected override int Peers => 200;

    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(application, runInline: false);
}

public sealed class KestrelLifespanTests : LifespanContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(application);
}

public sealed class KestrelHttp2Tests : HttpContractTests
{
    protected override bool HasTrailers => true;

    protected override Task<ContractServer> StartAsync(Application application) => Http2ContractServer.StartAsync(application);
}

public sealed class KestrelHttp2WebSocketTests : WebSocketContractTests
{
    // More than the 100 streams of one connection.
    protected override int Peers => 200;

    protected override Task<ContractServer> StartAsync(Application application) => Http2ContractServer.StartAsync(application);
}

public sealed class KestrelHttp2LifespanTests : LifespanContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => Http2ContractServer.StartAsync(application);
}

public sealed class KestrelAppTests : AppContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(application);
}

public sealed class PlatformTransportAppTests : AppContractTests
{
    protected override Task<ContractServer> StartAsync(Application application) => KestrelContractServer.StartAsync(application, runInline: false);
}

public sealed class KestrelHttp2AppTests : AppContractTests
{
    protected override bool HasTrailers => true;

    protected override Task<ContractServer> StartAsync(Application application) => Http2ContractServer.StartAsync(application);
}

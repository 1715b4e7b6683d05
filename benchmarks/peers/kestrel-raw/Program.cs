// Kestrel with nothing on top: the ceiling on the platform's sockets. An IHttpApplication over the feature collection that compares the path and
// writes the bytes; no HttpContext, no routing, no services in the request. Nobody would write an app this way.
using System.IO.Pipelines;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

var port = int.Parse(args[Array.IndexOf(args, "--port") + 1]);
var options = new KestrelServerOptions { ApplicationServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
options.ListenLocalhost(port);
using var server = new KestrelServer(
    Options.Create(options),
    new SocketTransportFactory(Options.Create(new SocketTransportOptions { UnsafePreferInlineScheduling = args.Contains("--inline") }), NullLoggerFactory.Instance),
    NullLoggerFactory.Instance);
await server.StartAsync(new Plaintext(), CancellationToken.None);

var stop = new TaskCompletionSource();
using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(
    System.Runtime.InteropServices.PosixSignal.SIGTERM, context => { context.Cancel = true; stop.TrySetResult(); });
await stop.Task;
await server.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(1)).Token);

sealed class Plaintext : IHttpApplication<IFeatureCollection>
{
    private static readonly byte[] Body = "Hello, World!"u8.ToArray();

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(IFeatureCollection context)
    {
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        if (request.Path != "/plaintext")
        {
            response.StatusCode = 404;
            return Task.CompletedTask;
        }
        response.Headers.ContentType = "text/plain; charset=utf-8";
        response.Headers.ContentLength = Body.Length;
        return Write(context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer);
    }

    private static Task Write(PipeWriter writer)
    {
        var flush = writer.WriteAsync(Body);
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();
    }
}

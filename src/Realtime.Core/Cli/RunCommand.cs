using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Realtime.Hosting;

namespace Realtime.Cli;

/// <summary>Runs an app on Kestrel until somebody asks it to stop, and says in one line what went wrong where it did.</summary>
internal sealed class RunCommand(App app, TextWriter output, TextWriter error)
{
    private const int CannotListen = 1;
    private const int StartFailed = 3;

    public async Task<int> RunAsync(string host, int port, CancellationToken stop)
    {
        AddConsoleLogging();
        KestrelServerHost server;
        using var signals = new StopSignals(stop);
        try
        {
            app.Build();
        }
        catch (Exception exception)
        {
            return await FailAsync(AppCommand.Misconfigured, "The app cannot be built", exception);
        }
        try
        {
            var addresses = await ResolveAsync(host, signals.Stop);
            server = await KestrelServerHost.StartAsync(app, new ServerHostOptions { Listen = [.. addresses.Select(address => new IPEndPoint(address, port))] }, signals.Stop);
        }
        catch (ListenException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return CannotListen;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception exception)
        {
            return await FailAsync(StartFailed, "The app did not start", exception);
        }

        await output.WriteLineAsync($"Realtime {Version} listening on {string.Join(", ", server.Addresses.Select(static address => address.GetLeftPart(UriPartial.Authority)))} (Ctrl+C to stop)");
        await output.FlushAsync(CancellationToken.None);
        await signals.WaitAsync();
        await server.DisposeAsync();
        return 0;
    }

    private static string Version => typeof(App).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (host is "*")
        {
            return [IPAddress.Any];
        }
        if (IPAddress.TryParse(host, out var address))
        {
            return [address];
        }
        if (host is "localhost")
        {
            return [IPAddress.Loopback];
        }
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken);
        }
        catch (SocketException exception)
        {
            throw new ListenException($"Cannot listen on {host}: no address is known for this name. Give --host an IP address, localhost or *.", exception);
        }
    }

    private async Task<int> FailAsync(int code, string what, Exception exception)
    {
        await FailedCommand.SayAsync(error, app, what, exception);
        return code;
    }

    private void AddConsoleLogging()
    {
        if (app.Services.Any(static service => service.ServiceType == typeof(ILoggerProvider)))
        {
            // The app logs where it wants to.
            return;
        }
        app.Services.AddLogging(logging => logging
            .SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning)
            .AddSimpleConsole(static console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss ";
            })
            .AddConfiguration(app.Config.GetSection("Logging"))
            // The banner and a command's answer are output; what happens while running is not.
            .Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace));
    }
}

using System.Diagnostics;

namespace Realtime.Integration.Tests;

/// <summary>Runs the JavaScript client's own end-to-end tests, in Node, against a real app.</summary>
public sealed class ClientNodeTests
{
    // A file at a time, each with an app of its own: some restart it.
    [Theory]
    [InlineData("session")]
    [InlineData("resume")]
    [InlineData("restart")]
    [InlineData("pressure")]
    [InlineData("msgpack")]
    [InlineData("fallback")]
    public async Task The_client_keeps_its_promises_in_Node(string suite)
    {
        var client = Path.Combine(Repository.Root, "clients", "js");
        if (!Directory.Exists(Path.Combine(client, "node_modules", "@msgpack")))
        {
            await RunAsync(client, [], "npm", "ci", "--no-audit", "--no-fund");
        }
        await using var target = new ClientTarget();
        await target.StartAsync();
        await using var control = await ClientControl.StartAsync(target);

        await RunAsync(
            client,
            new() { ["REALTIME_TARGET"] = target.Address.OriginalString, ["REALTIME_CONTROL"] = control.Address.OriginalString },
            "node", "--test", "--test-timeout=60000", $"e2e/{suite}.test.js");
    }

    private static async Task RunAsync(string directory, Dictionary<string, string> variables, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}:\n{await output}\n{await errors}");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}

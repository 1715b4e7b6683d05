using System.Diagnostics;

namespace Realtime.Integration.Tests.Scripts;

/// <summary>The console program of the guide, against the chat that it is written for.</summary>
public sealed class ClientScriptTests
{
    private static readonly string Program = Path.Combine(Repository.Root, "samples", "scripts", "client.cs");

    [Fact]
    public async Task The_console_client_says_and_hears_what_is_said()
    {
        await using var chat = await Script.RunAsync("chat.cs");
        var url = new UriBuilder(chat.Http.BaseAddress!) { Scheme = "ws", Path = "/realtime" }.Uri;
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["run", Program, "--", url.ToString()]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            var line = await process.StandardOutput.ReadLineAsync(patience.Token);

            Assert.True(line == "Ada: Hi", $"It wrote '{line}'. {(line is null ? await errors : "")}");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task The_guide_shows_the_program_as_it_is()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "guide", "clients.md"));
        var program = await File.ReadAllTextAsync(Program);

        Assert.Contains(program[program.IndexOf("#:project", StringComparison.Ordinal)..], guide, StringComparison.Ordinal);
    }
}

using System.Text.RegularExpressions;

namespace Realtime.Integration.Tests.Cli;

/// <summary><c>--reload</c>: the app is built and started again when its source changes.</summary>
public sealed partial class ReloadTests
{
    private const string Program = """
        #:project ../../../src/Realtime
        using Realtime;

        var app = new App();
        app.Get("/", () => "one");
        return await app.RunAsync(args);
        """;

    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
          </PropertyGroup>
          <ItemGroup>
            <ProjectReference Include="../../../src/Realtime/Realtime.csproj" />
          </ItemGroup>
        </Project>
        """;

    [Theory]
    [InlineData("reload.cs")]
    [InlineData("Reloaded.csproj")]
    public async Task A_change_of_the_source_is_served_and_what_does_not_build_leaves_the_old_one_running(string program)
    {
        // Below samples, so that it builds as a program there would; git keeps nothing of an artifacts folder.
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "samples", "artifacts", Path.GetFileNameWithoutExtension(program)));
        var source = Path.Combine(folder.FullName, program.EndsWith(".cs", StringComparison.Ordinal) ? program : "Program.cs");
        await File.WriteAllTextAsync(source, program.EndsWith(".cs", StringComparison.Ordinal) ? Program : Program[Program.IndexOf('\n', StringComparison.Ordinal)..]);
        if (program.EndsWith(".csproj", StringComparison.Ordinal))
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, program), Project);
        }
        await using var app = await AppProcess.StartAsync(
            folder.FullName, program.EndsWith(".cs", StringComparison.Ordinal) ? ["run", source, "--", "--reload", "--port", "0"] : ["run", "--", "--reload", "--port", "0"]);
        using var client = new HttpClient();

        Assert.Equal("one", await client.GetStringAsync(Banners(app)[0]));
        await ChangeAsync(source, "\"one\"", "\"one\" +");
        await app.WroteAsync("It does not build: the app before the change goes on.");
        Assert.Equal("one", await client.GetStringAsync(Banners(app)[0]));
        await ChangeAsync(source, "\"one\" +", "\"two\"");
        while (Banners(app).Length < 2)
        {
            await app.WroteMoreAsync();
        }
        Assert.Equal("two", await client.GetStringAsync(Banners(app)[1]));

        Assert.Equal(0, await app.StopAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(Banners(app)[1]));
    }

    private static async Task ChangeAsync(string file, string from, string to) =>
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace(from, to, StringComparison.Ordinal));

    private static string[] Banners(AppProcess app) => [.. Listening().Matches(app.Output).Select(static match => match.Groups["url"].Value)];

    [GeneratedRegex(@"listening on (?<url>http://127\.0\.0\.1:[0-9]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Listening();
}

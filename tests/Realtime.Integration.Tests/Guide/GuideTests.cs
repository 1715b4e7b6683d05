using Realtime.Integration.Tests.Scripts;

namespace Realtime.Integration.Tests.Guide;

/// <summary>What all pages of the guide have in common: the C# on them is C# that runs.</summary>
public sealed class GuideTests
{
    // Pages whose programs have tests of their own.
    private static readonly string[] Tested = ["routes.md", "sockets.md", "clients.md", "live.md", "operating.md", "jobs.md", "sessions.md", "pages.md", "requests.md", "responses.md"];

    [Fact]
    public async Task Programs_without_a_test_of_their_own_start()
    {
        foreach (var page in GuidePage.All.Where(static page => !Tested.Contains(page.Name, StringComparer.Ordinal)))
        {
            foreach (var (name, text) in page.Programs)
            {
                await using var program = await Script.RunTextAsync($"guide-{Path.GetFileNameWithoutExtension(page.Name)}-{name.Replace(' ', '-')}", text);
            }
        }
    }

    [Fact]
    public void The_tests_of_the_testing_page_are_tests_that_run()
    {
        var folder = Path.Combine(Repository.Root, "tests", "Realtime.Testing.Tests", "Examples");
        var tests = string.Concat(Directory.EnumerateFiles(folder, "*.cs").Select(File.ReadAllText)).ReplaceLineEndings("\n");

        Assert.All(GuidePage.Read("testing.md").Blocks, block => Assert.Contains(block, tests, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_page_is_in_the_index_and_no_link_leads_nowhere()
    {
        var folder = Path.Combine(Repository.Root, "docs", "guide");
        var index = File.ReadAllText(Path.Combine(folder, "README.md"));

        Assert.All(GuidePage.All.Where(static page => page.Name != "README.md"), page => Assert.Contains($"({page.Name})", index, StringComparison.Ordinal));
        Assert.All(GuidePage.All.SelectMany(static page => page.Links), link => Assert.True(Path.Exists(Path.Combine(folder, link)), $"'{link}' is not there."));
    }
}

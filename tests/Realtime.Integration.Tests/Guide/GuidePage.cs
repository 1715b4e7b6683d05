using System.Text.RegularExpressions;

namespace Realtime.Integration.Tests.Guide;

/// <summary>A page of <c>docs/guide</c>, and the C# that it shows.</summary>
internal sealed partial class GuidePage
{
    private GuidePage(string name, string text)
    {
        Name = name;
        Links = [.. Link().Matches(text).Select(static match => match.Groups["file"].Value)];
        Blocks = [.. Block().Matches(text.ReplaceLineEndings("\n")).Select(static match => match.Groups["code"].Value)];
        Programs = Blocks.Where(static block => block.Contains("#:project", StringComparison.Ordinal)).Index()
            .ToDictionary(static program => NameOf(program.Item) ?? $"program {program.Index + 1}", static program => program.Item, StringComparer.Ordinal);
    }

    /// <summary>Every page there is.</summary>
    public static IEnumerable<GuidePage> All => Directory.EnumerateFiles(Folder, "*.md").Select(static file => Read(Path.GetFileName(file)));

    public string Name { get; }

    /// <summary>The files that the page links to, relative to its folder.</summary>
    public IReadOnlyList<string> Links { get; }

    /// <summary>All blocks of C#, programs and parts of them.</summary>
    public IReadOnlyList<string> Blocks { get; }

    /// <summary>The whole programs, by the file name in their first line, or else by their place.</summary>
    public IReadOnlyDictionary<string, string> Programs { get; }

    private static string Folder => Path.Combine(Repository.Root, "docs", "guide");

    public static GuidePage Read(string name) => new(name, File.ReadAllText(Path.Combine(Folder, name)));

    private static string? NameOf(string program) => Comment().Match(program) is { Success: true } comment ? comment.Groups["name"].Value : null;

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();

    [GeneratedRegex(@"\]\((?<file>[\w./-]+)(#[\w-]+)?\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^// (?<name>[\w-]+\.cs)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comment();
}

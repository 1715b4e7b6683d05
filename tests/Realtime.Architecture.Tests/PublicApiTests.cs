namespace Realtime.Architecture;

/// <summary>
/// Each package's public API is kept in a text file, so that a change to it is seen in review. To accept a change, run the
/// tests once with REALTIME_APPROVE=1 and commit the file.
/// </summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Packages => House.Packages;

    [Theory]
    [MemberData(nameof(Packages))]
    public void The_public_API_is_the_approved_one(string package)
    {
        using var module = House.Read(package);
        var approvedFile = Path.Combine(House.Root, "tests", "Realtime.Architecture.Tests", "Api", package + ".txt");
        var actual = PublicApi.Describe(module);
        if (Environment.GetEnvironmentVariable("REALTIME_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(approvedFile)!);
            File.WriteAllLines(approvedFile, actual);
        }

        var approved = File.Exists(approvedFile) ? File.ReadAllLines(approvedFile) : [];

        var added = actual.Except(approved).Select(static line => "+ " + line);
        var removed = approved.Except(actual).Select(static line => "- " + line);
        var changes = added.Concat(removed).ToList();
        Assert.True(changes.Count == 0,
            $"The public API of {package} changed. If that is meant, run the tests with REALTIME_APPROVE=1 and commit the file.\n{string.Join('\n', changes)}");
    }
}

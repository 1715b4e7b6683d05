using Realtime.Fuzz;

namespace Realtime.Tests.Hosting;

public sealed class FuzzTests
{
    [Fact]
    public async Task Nothing_that_comes_yields_a_500_a_hang_an_error_in_the_log_or_a_file_left_behind()
    {
        using var run = new FuzzRun();

        await run.RunAsync(TimeSpan.FromSeconds(5), seed: 20_261_121, workers: 4);

        Assert.Empty(run.Faults);
        // Requests that get through, and requests that are refused in several ways.
        Assert.Contains("200", run.Answers.Keys);
        Assert.Contains("400", run.Answers.Keys);
        Assert.Contains("415", run.Answers.Keys);
    }
}
